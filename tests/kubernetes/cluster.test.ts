import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clusterDir, idOf } from '../../runners/kubernetes/cluster/place.ts'
import { twoNode } from '../../runners/kubernetes/cluster/two-node.ts'

const BIN = resolve(import.meta.dirname, '../../runners/cli/bin.mjs')

interface Ended { code: number | null, stdout: string, stderr: string }

describe.skipIf(twoNode.missing(process.env))('kamishibai cluster', () => {
  let env: NodeJS.ProcessEnv
  let all: NodeJS.ProcessEnv[]

  /** A state folder of its own stands for another user, or another checkout. */
  function newEnv(): NodeJS.ProcessEnv {
    const own = { ...process.env, XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'kamishibai-state-')) }
    all.push(own)
    return own
  }

  beforeEach(() => {
    all = []
    env = newEnv()
  })

  afterEach(async () => {
    for (const own of all) {
      for (const { name } of (JSON.parse((await clusterOf(own, 'status', '--json')).stdout) as { clusters: { name: string }[] }).clusters)
        await clusterOf(own, 'delete', name)
      await rm(own.XDG_STATE_HOME!, { recursive: true, force: true })
    }
  })

  const startOf = (own: NodeJS.ProcessEnv, ...args: string[]): ChildProcess => spawn(process.execPath, [BIN, 'cluster', ...args], { env: own, stdio: ['ignore', 'pipe', 'pipe'] })
  const start = (...args: string[]): ChildProcess => startOf(env, ...args)
  const clusterOf = (own: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> => ended(startOf(own, ...args))
  const cluster = (...args: string[]): Promise<Ended> => clusterOf(env, ...args)

  const dirOf = (name: string): string => clusterDir(env, name)

  it('makes two at once, for checkouts that do not know of each other; one runs pods on both nodes, cuts one off and joins it again, and leaves nothing when it goes', async () => {
    const other = newEnv()
    const [made, same] = await Promise.all([cluster('create', 'a', '--maker', 'two-node', '--json'), clusterOf(other, 'create', 'a', '--maker', 'two-node')])
    expect([made, same]).toMatchObject([{ code: 0 }, { code: 0 }])
    expect((await clusterOf(other, 'status')).stdout).toContain('n1 Ready, n2 Ready')
    expect(await clusterOf(other, 'delete', 'a')).toMatchObject({ code: 0 })
    const { kubeconfig, context } = JSON.parse(made.stdout) as { kubeconfig: string, context: string }
    expect(context).toBe('kamishibai-a')
    const { stdout } = await cluster('status')
    expect(stdout).toContain('n1 Ready, n2 Ready')
    const kubectl = (...args: string[]): string => execFileSync(join(binDir(dirOf('a')), 'kubectl'), ['--kubeconfig', kubeconfig, ...args], { encoding: 'utf8' })
    kubectl('create', 'deployment', 'web', '--image=kamishibai/demo:1', '--replicas=4')
    kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    expect(new Set(kubectl('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}').split(' '))).toEqual(new Set(['n1', 'n2']))
    expect(leftOf(dirOf('a'))).not.toEqual([])
    const again = await cluster('create', 'a')
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('there is a cluster a already') })
    expect(await cluster('cut', 'n2', '--name', 'nobody')).toMatchObject({ code: 2, stderr: expect.stringContaining('Kamishibai made no cluster nobody') })
    expect(await cluster('cut', 'n2', '--name', 'a')).toMatchObject({ code: 0 })
    kubectl('wait', 'node/n2', '--for=condition=Ready=Unknown', '--timeout=30s')
    expect((await cluster('status')).stdout).toContain('n1 Ready, n2 NotReady')
    expect(await cluster('join', 'n2', '--name', 'a')).toMatchObject({ code: 0 })
    kubectl('wait', 'node/n2', '--for=condition=Ready', '--timeout=30s')
    expect((await cluster('status')).stdout).toContain('n1 Ready, n2 Ready')
    const left = dirOf('a')
    expect(await cluster('delete', 'a')).toMatchObject({ code: 0, stdout: 'The cluster a is gone.\n' })
    expect(leftOf(left)).toEqual([])
    expect(existsSync(left)).toBe(false)
  })

  it('comes up after a crash in the middle', async () => {
    const first = start('create', 'crash', '--maker', 'two-node')
    await said(first, 'control plane')
    process.kill(scriptOf(dirOf('crash')), 'SIGKILL')
    first.kill('SIGKILL')
    await once(first, 'exit')
    expect(leftOf(dirOf('crash'))).not.toEqual([])
    expect((await cluster('status')).stdout).toMatch(/^crash /)
    expect(await cluster('create', 'crash', '--maker', 'two-node')).toMatchObject({ code: 0 })
    expect((await cluster('status')).stdout).toContain('n1 Ready, n2 Ready')
    await cluster('delete', 'crash')
    expect(leftOf(dirOf('crash'))).toEqual([])
  })

  it('takes back what was made when it is interrupted', async () => {
    const making = start('create', 'half', '--maker', 'two-node')
    await said(making, 'control plane')
    making.kill('SIGINT')
    expect(await ended(making)).toMatchObject({ code: 1, stderr: expect.stringContaining('the cluster half was not made') })
    expect(leftOf(dirOf('half'))).toEqual([])
  })
})

async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', text => stdout += text)
  child.stderr!.on('data', text => stderr += text)
  const [code] = await once(child, 'close') as [number | null]
  return { code, stdout, stderr }
}

async function said(child: ChildProcess, text: string): Promise<void> {
  let seen = ''
  for await (const chunk of child.stderr!.iterator({ destroyOnReturn: false })) {
    seen += chunk
    if (seen.includes(text))
      return
  }
  throw new Error(`it ended before it said ${text}: ${seen}`)
}

function processes(): { pid: number, command: string, environment: string }[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '), environment: readFileSync(`/proc/${pid}/environ`, 'utf8') }]
    }
    catch {
      return []
    }
  })
}

function scriptOf(dir: string): number {
  return processes().find(({ command, environment }) => command.includes('up.sh') && environment.includes(`DIR=${dir}\0`))!.pid
}

function binDir(dir: string): string {
  return processes().find(({ command, environment }) => command.includes('kube-apiserver') && environment.includes(`DIR=${dir}\0`))!.environment.split('\0').find(entry => entry.startsWith('BIN='))!.slice(4)
}

/** What a cluster in `dir` has on this machine. */
function leftOf(dir: string): string[] {
  const id = idOf(dir)
  return [
    ...processes().filter(({ command, environment }) => command.includes(dir) || environment.includes(`DIR=${dir}\0`)).map(({ command }) => `process ${command}`),
    ...globSync('/run/kamishibai/subnets/*').filter(path => readFileSync(path, 'utf8') === dir).map(path => `network ${path}`),
    ...globSync(`/run/netns/kb-${id}-*`).map(path => `namespace ${path}`),
    ...readdirSync('/sys/class/net').filter(name => name.startsWith(`kb${id}`)).map(name => `interface ${name}`),
    ...readFileSync('/proc/mounts', 'utf8').split('\n').filter(line => line.includes(dir)).map(line => `mount ${line}`),
    ...globSync(`/sys/fs/cgroup/*/kb-${id}-*`).map(path => `control group ${path}`),
    ...execFileSync('iptables-save', { encoding: 'utf8' }).split('\n').filter(line => /KUBE-|CNI-|10\.1\.[12]\./.test(line)).map(line => `rule ${line}`),
  ]
}
