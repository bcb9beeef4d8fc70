import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { afterEach } from 'vitest'
import { clusterDir, idOf } from '../../runners/kubernetes/cluster/place.ts'

const BIN = resolve(import.meta.dirname, '../../runners/cli/bin.mjs')

interface Ended { code: number | null, stdout: string, stderr: string }

/** `kamishibai cluster`, as one user of this machine. */
export interface ClusterUser {
  /** Begins a command. */
  start: (...args: string[]) => ChildProcess
  /** Runs a command to its end. */
  cluster: (...args: string[]) => Promise<Ended>
  /** Where a cluster of that name lies. */
  dirOf: (name: string) => string
}

/** Users of this machine that do not know of each other; what each made is removed after each test. */
export function clusterUsers(): () => ClusterUser {
  let all: { env: NodeJS.ProcessEnv, user: ClusterUser }[] = []
  afterEach(async () => {
    for (const { env, user } of all) {
      const { clusters } = JSON.parse((await user.cluster('status', '--json')).stdout) as { clusters: { name: string }[] }
      for (const { name } of clusters)
        await user.cluster('delete', name)
      await rm(env.XDG_STATE_HOME!, { recursive: true, force: true })
    }
    all = []
  })
  return () => {
    // A state folder of its own stands for another user, or another checkout.
    const env = { ...process.env, XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'kamishibai-state-')) }
    const start = (...args: string[]): ChildProcess =>
      spawn(process.execPath, [BIN, 'cluster', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const user: ClusterUser = {
      start,
      cluster: (...args) => ended(start(...args)),
      dirOf: name => clusterDir(env, name),
    }
    all.push({ env, user })
    return user
  }
}

/** Waits for the end of a command; gives its exit code and what it wrote. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', text => stdout += text)
  child.stderr!.on('data', text => stderr += text)
  const [code] = await once(child, 'close') as [number | null]
  return { code, stdout, stderr }
}

/** Waits until a command has written `text` to its standard error. */
export async function said(child: ChildProcess, text: string): Promise<void> {
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

/** The process that makes the cluster in `dir`. */
export function scriptOf(dir: string): number {
  return processes().find(({ command, environment }) => command.includes('up.sh') && environment.includes(`DIR=${dir}\0`))!.pid
}

/** Where the programs of the cluster in `dir` lie. */
export function binDir(dir: string): string {
  return processes().find(({ command, environment }) => command.includes('kube-apiserver') && environment.includes(`DIR=${dir}\0`))!.environment.split('\0').find(entry => entry.startsWith('BIN='))!.slice(4)
}

/** What a cluster in `dir` has on this machine. */
export function leftOf(dir: string): string[] {
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
