import type { ChildProcess } from 'node:child_process'
import type { Service } from '../../runners/service/service.ts'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { parseDeck } from '../../runners/deck/parse.ts'
import { createService } from '../../runners/service/service.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { addBridge } from '../engines/docker.ts'
import { engineAt } from './_runners.ts'

// A daemon of the test's own on a small disk: as root on Linux, where dockerd is installed.
const possible = Boolean(inject('dockerHost')) && process.platform === 'linux' && process.getuid?.() === 0

const DECK = `# Full

\`\`\`yaml {container id=fill until=match=/full/ timeout=60s}
image: kamishibai/demo:1
command: sh -c 'dd if=/dev/zero of=/fill bs=64k 2>/dev/null; dd if=/dev/zero of=/rest bs=1 2>/dev/null; echo full; exec sleep 1000'
networks: [none]
\`\`\`

\`\`\`yaml {container id=one}
image: kamishibai/demo:1
command: echo hello
networks: [none]
\`\`\`

\`\`\`dockerfile {build id=image tag=kamishibai/full:1}
FROM kamishibai/demo:1
RUN echo something >/something
\`\`\`
`

describe.skipIf(!possible)('an engine whose disk is full', () => {
  let dir: string
  let host: string
  let bridge: string
  let daemon: ChildProcess
  let service: Service | undefined

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kamishibai-full-'))
    host = `unix://${join(dir, 'docker.sock')}`
    bridge = addBridge()
    await mkdir(join(dir, 'data'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', join(dir, 'data')])
    daemon = spawn('dockerd', ['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'pid'), '-H', host, '--bridge', bridge, '--iptables=false'], { stdio: 'ignore' })
    await vi.waitFor(() => engineAt(host).ping(), { timeout: 60_000, interval: 200 })
    await buildDemoImage(engineAt(host), { log: () => {} })
  })

  afterAll(async () => {
    await service?.close()
    const exited = once(daemon, 'exit')
    daemon.kill('SIGTERM')
    await exited
    execFileSync('umount', ['--lazy', join(dir, 'data')])
    execFileSync('ip', ['link', 'delete', bridge])
    await rm(dir, { recursive: true, force: true })
  })

  it('is told with what to do, by containers and builds, and the next run works once there is room', async () => {
    await writeFile(join(dir, 'deck.md'), DECK)
    service = await createService({ deck: await parseDeck(join(dir, 'deck.md')), mode: 'live', live: true, env: { ...process.env, DOCKER_HOST: host } })
    const { session } = service
    await expect(session.start('one').moment).resolves.toMatchObject({ phase: 'exited' })
    const filling = session.start('fill')
    await expect(filling.moment).resolves.toMatchObject({ phase: 'ready' })
    const full = { phase: 'failed', error: { code: 'disk-full', message: 'the disk of the Docker engine is full', hint: expect.stringContaining('docker system prune') } }
    await expect(session.start('one').moment).resolves.toMatchObject(full)
    await expect(session.start('image').moment).resolves.toMatchObject(full)
    filling.cancel('enough')
    await filling.over
    await expect.poll(() => engineAt(host).listContainers({ all: true, filters: { label: ['dev.kamishibai.step=fill'] } }), { timeout: 20_000 }).toEqual([])
    await expect(session.start('one').moment).resolves.toMatchObject({ phase: 'exited' })
    await expect(session.start('image').moment).resolves.toMatchObject({ phase: 'exited' })
  })
})
