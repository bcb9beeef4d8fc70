import type Docker from 'dockerode'
import type { Command } from '../_present.ts'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { deckOf, drive, kamishibai } from '../_present.ts'
import { leftOfDeck, ownTmp, programsOf } from './_left.ts'
import { engineAt } from './_runners.ts'

const dockerHost = inject('dockerHost')!

const STEPS = `
\`\`\`sh {run id=daemon shell=a}
docker run -d kamishibai/demo:1 sleep 1000
docker network create kbt-ends-shell
docker volume create kbt-ends-shell
\`\`\`

\`\`\`sh {run id=background shell=c}
(trap "" HUP INT TERM; exec sleep 41111) &
setsid sleep 41111 & sleep 0.1
\`\`\`

\`\`\`yaml {container id=up until=match=/up/}
image: kamishibai/demo:1
command: sh -c 'echo up; exec sleep 1000'
networks: [kbt-ends-step]
volumes: ["kbt-ends-step:/data"]
\`\`\`

\`\`\`sh {run id=foreground shell=b timeout=600s}
docker run --rm -it kamishibai/demo:1 sleep 1000
\`\`\`

\`\`\`yaml {container id=late}
image: kamishibai/demo:1
command: sleep 1000
networks: [kbt-ends-late]
\`\`\`
`

/** Three containers, two networks, two volumes of the first four steps, and three programs of theirs. */
const ALL = 10

/** What is at fault may be loaded with the program itself. */
const FAULTY_MODULE = `process.on('SIGUSR2', () => { throw new Error('nobody catches this') })
process.on('SIGALRM', () => void Promise.reject(new Error('nobody catches this')))
`

const LIMIT = 3000

/** Sends a signal until the command has ended. */
function again(signal: NodeJS.Signals): (command: Command) => void {
  return (command) => {
    command.signal(signal)
    const timer = setInterval(() => command.signal(signal), 20)
    void command.ended.finally(() => clearInterval(timer))
  }
}

describe.skipIf(!dockerHost)('whatever ends a command, nothing is left', () => {
  let docker: Docker
  beforeAll(async () => {
    docker = engineAt(dockerHost)
    await buildDemoImage(docker, { log: () => {} })
  })

  interface Running { command: Command, left: () => Promise<string[]>, tmp: string }

  async function run(name: string, args: string[], terminal: boolean): Promise<Running> {
    const deck = await deckOf(STEPS)
    const tmp = await ownTmp()
    const faulty = join(tmp, 'faulty.mjs')
    await writeFile(faulty, FAULTY_MODULE)
    const command = kamishibai([name, deck, '--trust', ...args], { terminal, env: { DOCKER_HOST: dockerHost, TMPDIR: tmp, NODE_OPTIONS: `--import=${faulty}` } })
    return { command, left: () => leftOfDeck(docker, deck, tmp), tmp }
  }

  async function presented(terminal: boolean): Promise<Running> {
    const running = await run('present', ['--no-open', '--port', String(20_000 + process.pid % 10_000)], terminal)
    const { run: start } = await drive(running.command)
    await Promise.all([start('daemon', 'exited'), start('background', 'exited'), start('up', 'ready')])
    await start('foreground', 'running')
    await expect.poll(async () => (await running.left()).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(ALL)
    void start('late', 'running')
    return running
  }

  async function endsWith(code: number, { command, left, tmp }: Running, cause: () => unknown): Promise<void> {
    const before = performance.now()
    await cause()
    expect(await command.ended, command.output().slice(-2000)).toBe(code)
    const took = performance.now() - before
    expect(await left()).toEqual([])
    console.log(`ended after ${took.toFixed(0)} ms, ${(took / LIMIT).toFixed(2)} of the limit`)
    expect(took).toBeLessThan(LIMIT)
    await expect.poll(() => programsOf(tmp), { timeout: 5000, message: 'its watchdog' }).toEqual([])
  }

  it.each<[string, boolean, number, (command: Command) => unknown]>([
    ['SIGINT without a terminal', false, 130, command => command.signal('SIGINT')],
    ['SIGTERM', true, 143, command => command.signal('SIGTERM')],
    ['a closed terminal', true, 129, command => command.hangUp()],
    ['SIGHUP, again and again', false, 129, again('SIGHUP')],
    ['an exception', true, 1, command => command.signal('SIGUSR2')],
    ['a rejection without a terminal', false, 1, command => command.signal('SIGALRM')],
  ])('present: %s', async (_, terminal, code, cause) => {
    const running = await presented(terminal)
    await endsWith(code, running, () => cause(running.command))
  })

  it('present: Ctrl-C asks once when the talk has begun, and ends it the second time', async () => {
    const running = await presented(true)
    const { command } = running
    // npm passes it on beside the terminal: twice is one press.
    command.type('\x03\x03')
    await command.shown(/Ctrl-C once more ends it/)
    expect((await running.left()).length).toBeGreaterThanOrEqual(ALL)
    await endsWith(130, running, () => command.type('\x03'))
  })

  it('present: Ctrl-C ends at once what has not begun', async () => {
    const running = await run('present', ['--no-open', '--port', String(20_000 + process.pid % 10_000)], true)
    await running.command.shown(/#t=/)
    await endsWith(130, running, () => running.command.type('\x03'))
  })

  it.each<[string, string[], string, boolean, number, (command: Command) => unknown]>([
    ['record', [], 'Ctrl-C', true, 130, command => command.type('\x03')],
    ['record', [], 'a closed terminal', true, 129, command => command.hangUp()],
    ['record', [], 'SIGHUP, again and again', false, 129, again('SIGHUP')],
    ['record', [], 'an exception', false, 1, command => command.signal('SIGUSR2')],
    ['check', ['--mode', 'live'], 'SIGINT', false, 130, command => command.signal('SIGINT')],
    ['check', ['--mode', 'live'], 'SIGTERM', true, 143, command => command.signal('SIGTERM')],
    ['check', ['--mode', 'live'], 'SIGHUP', false, 129, command => command.signal('SIGHUP')],
  ])('%s %j: %s', async (name, args, _, terminal, code, cause) => {
    const running = await run(name, args, terminal)
    await running.command.shown(/✓ up/)
    await expect.poll(async () => (await running.left()).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(ALL)
    await endsWith(code, running, () => cause(running.command))
  })
})
