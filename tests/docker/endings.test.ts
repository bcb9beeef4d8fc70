import type Docker from 'dockerode'
import type { Command } from './_present.ts'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { deckOf, drive, kamishibai } from './_present.ts'
import { engineAt, leftOf } from './_runners.ts'

const dockerHost = inject('dockerHost')!

const STEPS = `
\`\`\`sh {run id=daemon shell=a}
docker run -d kamishibai/demo:1 sleep 1000
docker network create kbt-ends-shell
docker volume create kbt-ends-shell
\`\`\`

\`\`\`sh {run id=foreground shell=b timeout=600s}
docker run --rm -it kamishibai/demo:1 sleep 1000
\`\`\`

\`\`\`sh {run id=background shell=c}
(trap "" HUP INT TERM; exec sleep 41111) &
setsid sleep 41111 &
\`\`\`

\`\`\`yaml {container id=up until=match=/up/}
image: kamishibai/demo:1
command: sh -c 'echo up; exec sleep 1000'
networks: [kbt-ends-step]
volumes: ["kbt-ends-step:/data"]
\`\`\`

\`\`\`yaml {container id=late}
image: kamishibai/demo:1
command: sleep 1000
networks: [kbt-ends-late]
\`\`\`
`

/** A deck may bring plugins of its own, and they may be at fault. */
const FAULTY = `export default () => ({
  name: 'faulty',
  configureServer(server) {
    server.middlewares.use('/throw', (_, response) => response.end(() => { throw new Error('nobody catches this') }))
    server.middlewares.use('/reject', (_, response) => response.end(() => void Promise.reject(new Error('nobody catches this'))))
  },
})
`

const LIMIT = 3000

/** Arguments of all processes of this machine but ours. */
function processes(): string[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()]
    }
    catch {
      return []
    }
  })
}

describe.skipIf(!dockerHost)('whatever ends a command, nothing is left', () => {
  let docker: Docker
  beforeAll(async () => {
    docker = engineAt(dockerHost)
    await buildDemoImage(docker, { log: () => {} })
  })

  async function presented(terminal: boolean): Promise<{ command: Command, session: string, origin: string }> {
    const deck = await deckOf(STEPS, { 'setup/vite-plugins.ts': FAULTY })
    const command = kamishibai(['present', deck, '--trust', '--no-open', '--port', String(20_000 + process.pid % 10_000)], { terminal, env: { DOCKER_HOST: dockerHost } })
    const { run, session, origin } = await drive(command)
    await Promise.all([run('daemon', 'exited'), run('background', 'exited'), run('up', 'ready')])
    await run('foreground', 'running')
    await expect.poll(() => leftOf(docker, session), { timeout: 20_000 }).toHaveLength(7)
    void run('late', 'running')
    return { command, session, origin }
  }

  async function endsWith(code: number, command: Command, session: string, cause: () => unknown): Promise<void> {
    const before = performance.now()
    await cause()
    expect(await command.ended, command.output().slice(-2000)).toBe(code)
    const took = performance.now() - before
    expect(await leftOf(docker, session)).toEqual([])
    expect(processes().filter(line => /41111|docker run --rm -it kamishibai/.test(line))).toEqual([])
    expect(existsSync(join(tmpdir(), `kamishibai-${session}`))).toBe(false)
    console.log(`ended after ${took.toFixed(0)} ms, ${(took / LIMIT).toFixed(2)} of the limit`)
    expect(took).toBeLessThan(LIMIT)
  }

  it.each<[string, boolean, number, (command: Command, origin: string) => unknown]>([
    ['Ctrl-C', true, 130, command => command.type('\x03')],
    ['SIGINT without a terminal', false, 130, command => command.signal('SIGINT')],
    ['SIGTERM', true, 143, command => command.signal('SIGTERM')],
    ['SIGTERM without a terminal', false, 143, command => command.signal('SIGTERM')],
    ['a closed terminal', true, 129, command => command.hangUp()],
    ['SIGHUP without a terminal', false, 129, command => command.signal('SIGHUP')],
    ['an exception', true, 1, (_, origin) => fetch(`${origin}/throw`)],
    ['a rejection without a terminal', false, 1, (_, origin) => fetch(`${origin}/reject`)],
  ])('present: %s', async (_, terminal, code, cause) => {
    const { command, session, origin } = await presented(terminal)
    await endsWith(code, command, session, () => cause(command, origin))
  })
})
