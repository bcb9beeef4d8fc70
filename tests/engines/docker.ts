import type { ChildProcess } from 'node:child_process'
import type { TestProject } from 'vitest/node'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import { resolveEndpoint, toDockerOptions } from '../../runners/docker/endpoint.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** DOCKER_HOST of the engine for tests; undefined where there is none. */
    dockerHost: string | undefined
  }
}

/** An engine for tests, and how to leave it as it was. */
export interface FoundDocker { host: string, stop: () => Promise<void> }

const START_TIMEOUT = 60_000

/** A reachable engine, else, as root on Debian, a private one; says in one line what it used, or why there is none. */
export async function findDocker(): Promise<FoundDocker | { skip: string }> {
  const endpoint = resolveEndpoint(process.env)
  const version = endpoint && await versionAt(endpoint.url)
  if (version) {
    console.log(`docker: the engine ${version} at ${endpoint.url}`)
    return { host: endpoint.url, stop: async () => {} }
  }
  const found = await startPrivate().catch((error: Error) => ({ skip: `no engine answers, and a private one cannot be started: ${error.message}` }))
  if ('skip' in found) {
    if (process.env.CI === 'true')
      throw new Error(`docker: ${found.skip}; under CI nothing is skipped`)
    console.log(`docker: skipped, ${found.skip}`)
  }
  else {
    console.log(`docker: a private engine ${await versionAt(found.host)} at ${found.host}`)
  }
  return found
}

async function versionAt(url: string): Promise<string | undefined> {
  try {
    const late = delay(3000, undefined, { ref: false })
    return (await Promise.race([new Docker(toDockerOptions({ url })).version(), late]))?.Version
  }
  catch {
    return undefined
  }
}

async function startPrivate(): Promise<FoundDocker | { skip: string }> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return { skip: 'no engine answers, and only root on Linux can start one' }
  if (!has('dockerd') || !existsSync('/bin/busybox')) {
    if (!existsSync('/etc/debian_version'))
      return { skip: 'no engine answers, and this is no Debian to install one on' }
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', ['update', '-q'], { env, stdio: 'ignore' })
    // The service must not start by itself: the private daemon is the only one that is wanted.
    execFileSync('apt-get', ['install', '-qy', '--no-install-recommends', 'docker.io', 'busybox-static', 'iptables'], { env: { ...env, RUNLEVEL: '1' }, stdio: 'ignore' })
  }
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-docker-'))
  const bridge = networkInterfaces().docker0 ? addBridge() : undefined
  const host = `unix://${join(dir, 'docker.sock')}`
  const log = join(dir, 'log')
  const daemon = spawn('dockerd', [
    ...['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'pid'), '-H', host],
    ...bridge ? ['--bridge', bridge] : [],
  ], { stdio: ['ignore', openSync(log, 'w'), openSync(log, 'a')] })
  const stop = async (): Promise<void> => {
    await end(daemon)
    if (bridge)
      execFileSync('ip', ['link', 'delete', bridge])
    await rm(dir, { recursive: true, force: true })
  }
  const limit = Date.now() + START_TIMEOUT
  while (daemon.exitCode === null && Date.now() < limit) {
    if (await versionAt(host))
      return { host, stop }
    await delay(200)
  }
  const last = readFileSync(log, 'utf8').trim().split('\n').at(-1)
  await stop()
  return { skip: `dockerd does not start: ${last}` }
}

function has(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some(folder => existsSync(join(folder, program)))
}

/**
 * A bridge beside the default one of a daemon that runs already, or ran: a daemon without a bridge would delete that
 * one.
 */
export function addBridge(): string {
  const name = `kbr${process.pid}`.slice(0, 15)
  execFileSync('ip', ['link', 'add', name, 'type', 'bridge'])
  execFileSync('ip', ['addr', 'add', `10.213.${process.pid % 256}.1/24`, 'dev', name])
  execFileSync('ip', ['link', 'set', name, 'up'])
  return name
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null)
    return
  const exited = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  await exited
}

/** vitest's globalSetup: provides `dockerHost`, and ends what it started. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const found = await findDocker()
  project.provide('dockerHost', 'host' in found ? found.host : undefined)
  return async () => {
    if ('host' in found)
      await found.stop()
  }
}
