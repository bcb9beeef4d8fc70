// Plain JavaScript, as the command line's entry: Node strips types by itself, but not below node_modules.
import process from 'node:process'

const { run } = import.meta.url.includes('/node_modules/') || !process.features.typescript
  ? await import('jiti').then(({ createJiti }) => createJiti(import.meta.url).import('./serve.ts'))
  : await import('./serve.ts')
run()
