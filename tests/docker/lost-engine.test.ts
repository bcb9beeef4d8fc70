import type { ChildProcess } from 'node:child_process'
import type { Session } from '../../runners/service/session.ts'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { createSession } from '../../runners/service/session.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { addBridge } from '../engines/docker.ts'
import { step } from '../unit/_session.ts'
import { configOf, engineAt } from './_runners.ts'

// A daemon of the test's own that may be killed: as root on Linux, where dockerd is installed.
const possible = Boolean(inject('dockerHost')) && process.platform === 'linux' && process.getuid?.() === 0

describe.skipIf(!possible)('an engine that goes away', () => {
  let dir: string
  let host: string
  let bridge: string
  let daemon: ChildProcess
  let session: Session

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
    await session?.close()
    await end('SIGTERM')
    execFileSync('ip', ['link', 'delete', bridge])
    // What the killed daemon had mounted.
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map(line => line.split(' ')[1]!).filter(path => path?.startsWith(dir))
    for (const path of mounts.reverse())
      execFileSync('umount', ['--lazy', path])
    await rm(dir, { recursive: true, force: true })
  })

  it('is told within a second, and the next run is live once it is back', async () => {
    const spec = { image: 'kamishibai/demo:1', command: ['sh', '-c', 'echo up; exec sleep 100'], ports: [], environment: {}, networks: ['none'], volumes: [] }
    const up = { type: 'match' as const, source: 'up', flags: '', text: 'match=/up/' }
    const steps = [
      step('lasts', { verb: 'container', runner: 'docker', expect: [], timeoutMs: 60_000, container: spec }),
      step('ready', { verb: 'container', runner: 'docker', expect: [], until: [up], timeoutMs: 60_000, container: spec }),
    ]
    const config = await configOf(host)
    session = await createSession({
      deck: { file: 'deck.md', dir: config.deckDir, name: 'deck', title: 'Deck', lang: 'en', settings: config.settings, slides: [], steps, problems: [], hash: '0' },
      mode: 'auto',
      load: async () => undefined,
      config,
    })
    const runs = ['lasts', 'ready'].map(id => session.start(id))
    await runs[1]!.moment
    await expect.poll(() => runs[0]!.log.text(), { timeout: 20_000 }).toContain('up')
    const before = performance.now()
    await end('SIGKILL')
    await Promise.all(runs.map(run => run.over))
    expect(performance.now() - before).toBeLessThan(1000)
    for (const run of runs)
      expect(run.log.state).toMatchObject({ phase: 'failed', error: { code: 'engine-lost' } })
    await expect(session.start('ready').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'engine-unavailable' } })
    await start()
    await expect(session.start('ready').moment).resolves.toMatchObject({ phase: 'ready' })
  })
})
