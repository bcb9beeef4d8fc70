import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { isLocalAddress, sharesHost } from '../../runners/docker/host.ts'
import createDockerRunner from '../../runners/docker/runner.ts'
import { configOf, engineAt } from './_runners.ts'

const dockerHost = inject('dockerHost')
const isRoot = process.platform === 'linux' && process.getuid?.() === 0

describe.skipIf(!dockerHost)('whether the engine is on this machine', () => {
  it('is seen of an engine that is', async () => {
    expect(await createDockerRunner(await configOf(dockerHost)).offers!('host')).toBe(true)
  })

  it('is seen by the kernel, as of Docker Desktop', async () => {
    expect(await sharesHost(engineAt(dockerHost!), { kernel: '6.6.87.2-elsewhere', has: isLocalAddress })).toMatch(/virtual machine.*here 6\.6\.87\.2-elsewhere/)
  })

  it.skipIf(!isRoot)('is seen by a bridge without any container', async () => {
    const bridge = `kbh${process.pid}`
    execFileSync('ip', ['link', 'add', bridge, 'type', 'bridge'])
    onTestFinished(() => void execFileSync('ip', ['link', 'delete', bridge]))
    execFileSync('ip', ['address', 'add', '10.215.0.1/24', 'dev', bridge])
    execFileSync('ip', ['link', 'set', bridge, 'up'])
    expect(await isLocalAddress('10.215.0.1')).toBe(true)
    expect(await isLocalAddress('10.215.0.2')).toBe(false)
  })

  it('is not its to say of anything else', async () => {
    expect(await createDockerRunner(await configOf(dockerHost)).offers!('policy')).toBeUndefined()
  })

  it.skipIf(!isRoot)('is seen by the network, of an engine in a namespace of its own', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'kamishibai-host-'))
    const host = `unix://${join(dir, 'docker.sock')}`
    const name = `kb-host-${process.pid}`
    execFileSync('ip', ['netns', 'add', name])
    // In a namespace of its own the daemon makes its own docker0; another range, so that no address of this machine is
    // the same.
    const daemon = spawn('nsenter', [`--net=/run/netns/${name}`, 'dockerd', '--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'pid'), '-H', host, '--bip', '10.214.0.1/24', '--iptables=false'], { stdio: 'ignore' })
    onTestFinished(async () => {
      const exited = once(daemon, 'exit')
      daemon.kill('SIGTERM')
      await exited
      execFileSync('ip', ['netns', 'delete', name])
      await rm(dir, { recursive: true, force: true })
    })
    await vi.waitFor(() => engineAt(host).ping(), { timeout: 60_000, interval: 200 })
    expect(await sharesHost(engineAt(host), { kernel: release(), has: isLocalAddress })).toContain('a network of its own')
  })
})
