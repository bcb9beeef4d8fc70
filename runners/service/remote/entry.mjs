// Plain JavaScript, as the command line's entry.
import { importTypeScript } from '../../typescript.mjs'

const { run } = await importTypeScript('runners/service/remote/serve.ts')
run()
