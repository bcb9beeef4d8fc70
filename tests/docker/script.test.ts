import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { exportScript } from '../../runners/cli/export/script.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { engineAt } from './_runners.ts'

const dockerHost = inject('dockerHost')!
const run = promisify(execFile)

const DECK = `# Steps

\`\`\`sh {run id=set}
# hidden: export WHO="the first block's"
cd app
\`\`\`

\`\`\`sh {run id=get needs=set}
echo "$WHO, in $(basename "$PWD")"
cat ../app/hello
\`\`\`

\`\`\`dockerfile {build id=image tag=kamishibai-script:1 context=app}
FROM kamishibai/demo:1
COPY hello /hello
\`\`\`

\`\`\`yaml {container id=script-box}
image: kamishibai/demo:1
environment: { GREETING: "it's here" }
ports: ["18099:8080"]
\`\`\`

\`\`\`sh {exec id=inside in=script-box}
echo "$GREETING"
\`\`\`

\`\`\`http {request id=ask repeat=2}
GET http://localhost:18099/
\`\`\`
`

describe.skipIf(!dockerHost)('steps exported as scripts', () => {
  it('run in order on the engine, without us', async () => {
    await buildDemoImage(engineAt(dockerHost), { log: () => {} })
    const dir = await mkdtemp(join(tmpdir(), 'kamishibai-script-'))
    const env = { ...process.env, DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: '0' }
    onTestFinished(async () => {
      await run('docker', ['rm', '-f', 'script-box'], { env })
      await run('docker', ['rmi', '-f', 'kamishibai-script:1'], { env })
      await run('docker', ['network', 'rm', 'kamishibai-steps'], { env })
      await rm(dir, { recursive: true })
    })
    await mkdir(join(dir, 'talk', 'app'), { recursive: true })
    await writeFile(join(dir, 'talk', 'app', 'hello'), 'hello from a file\n')
    await writeFile(join(dir, 'talk', 'deck.md'), DECK)
    const target = join(dir, 'steps')
    await exportScript(await parseDeck(join(dir, 'talk', 'deck.md')), target)
    const scripts = (await readdir(target)).filter(name => name.endsWith('.sh')).sort()
    expect(scripts).toEqual(['01-set.sh', '02-get.sh', '03-image.sh', '04-script-box.sh', '05-inside.sh', '06-ask.sh'])
    const printed: Record<string, string> = {}
    for (const script of scripts)
      printed[script] = (await run('sh', [join(target, script)], { env })).stdout
    expect(printed['02-get.sh']).toBe('the first block\'s, in app\nhello from a file\n')
    expect((await run('docker', ['run', '--rm', 'kamishibai-script:1', 'cat', '/hello'], { env })).stdout).toBe('hello from a file\n')
    expect(printed['05-inside.sh']).toBe('it\'s here\n')
    expect(printed['06-ask.sh']!.match(/200 OK/g)).toHaveLength(2)
  })
})
