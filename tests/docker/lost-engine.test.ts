import type { ChildProcess } from 'node:child_process'
import type { Service } from '../../runners/service/service.ts'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { parseDeck } from '../../runners/deck/parse.ts'
import { createService } from '../../runners/service/service.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { addBridge } from '../engines/docker.ts'
import { engineAt } from './_runners.ts'

// A daemon of the test's own that may be killed: as root on Linux, where dockerd is installed.
const possible = Boolean(inject('dockerHost')) && process.platform === 'linux' && process.getuid?.() === 0

const KINDS = ['lasts', 'ready', 'inside', 'image', 'calls', 'cli', 'script']

const DECK = `# Lost

\`\`\`yaml {container id=lasts timeout=100s}
image: kamishibai/demo:1
command: sh -c 'echo up; exec sleep 100'
networks: [none]
\`\`\`

\`\`\`yaml {container id=ready until=match=/up/}
image: kamishibai/demo:1
command: sh -c 'echo up; exec sleep 100'
networks: [none]
\`\`\`

\`\`\`sh {exec id=inside in=ready needs=ready timeout=100s}
echo up; sleep 100
\`\`\`

\`\`\`dockerfile {build id=image tag=kamishibai/lost:1}
FROM kamishibai/demo:1
RUN echo up && sleep 100
\`\`\`

\`\`\`yaml {container id=web until=http=200@http://web:8080/}
image: kamishibai/demo:1
ports: ["8080"]
\`\`\`

\`\`\`http {request id=calls needs=web repeat=1000 rate=5/s timeout=300s}
GET http://web:8080/
\`\`\`

\`\`\`sh {run id=cli timeout=100s}
docker run --rm --network none kamishibai/demo:1 sh -c 'echo up; exec sleep 100'
\`\`\`

\`\`\`sh {run id=script shell=other timeout=100s}
docker version >/dev/null && echo up; sleep 100
\`\`\`
`

describe.skipIf(!possible)('an engine that goes away', () => {
  let dir: string
  let host: string
  let bridge: string
  let daemon: ChildProcess
  let service: Service | undefined

  function spawnDaemon(): void {
    daemon = spawn('dockerd', ['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'pid'), '-H', host, '--bridge', bridge, '--iptables=false'], { stdio: 'ignore' })
  }

  async function start(): Promise<void> {
    spawnDaemon()
    await vi.waitFor(async () => {
      // While the containerd of a killed daemon lives, a new daemon gives up.
      if (daemon.exitCode !== null)
        spawnDaemon()
      await engineAt(host).ping()
    }, { timeout: 60_000, interval: 200 })
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const exited = once(daemon, 'exit')
    daemon.kill(signal)
    await exited
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kamishibai-lost-'))
    host = `unix://${join(dir, 'docker.sock')}`
    bridge = addBridge()
    await start()
    await buildDemoImage(engineAt(host), { log: () => {}, base: undefined })
  })

  afterAll(async () => {
    await service?.close()
    await end('SIGTERM')
    execFileSync('ip', ['link', 'delete', bridge])
    // What the killed daemon had mounted.
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map(line => line.split(' ')[1]!).filter(path => path?.startsWith(dir))
    for (const path of mounts.reverse())
      execFileSync('umount', ['--lazy', path])
    await rm(dir, { recursive: true, force: true })
  })

  it('is told within a second by every kind of step, and the next run is live once it is back', async () => {
    await writeFile(join(dir, 'deck.md'), DECK)
    const deck = await parseDeck(join(dir, 'deck.md'))
    expect(deck.problems).toEqual([])
    service = await createService({ deck, mode: 'auto', live: true, env: { ...process.env, DOCKER_HOST: host } })
    const { session } = service
    const first = KINDS.map(id => session.start(id))
    // Each is in the middle of what it does.
    for (const run of first)
      await expect.poll(() => run.log.text(), { timeout: 60_000, message: run.info.step }).toMatch(/^up|\nup|200 OK/)
    const before = performance.now()
    await end('SIGKILL')
    await Promise.all(first.map(run => run.over))
    expect(performance.now() - before).toBeLessThan(1000)
    for (const run of first)
      expect(run.log.state, run.info.step).toMatchObject({ phase: 'failed', error: { code: 'engine-lost', message: expect.stringMatching(/engine/) } })
    await expect(session.start('ready').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'engine-unavailable' } })
    await start()
    const again = KINDS.map(id => session.start(id))
    for (const run of again) {
      await expect.poll(() => run.log.text(), { timeout: 60_000, message: run.info.step }).toMatch(/^up|\nup|200 OK/)
      expect(run.info.mode).toBe('live')
    }
  })
})
