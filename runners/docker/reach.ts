import type { Duplex } from 'node:stream'
import type { RunnerConfig } from '../protocol/runner.ts'
import type { Endpoint } from './endpoint.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Duplex as NodeDuplex } from 'node:stream'
import { connectTo } from './endpoint.ts'

/** An endpoint that a connection can be made to, and how to leave it. */
export interface Reached { endpoint: Endpoint, close: () => void }

/** Makes an endpoint reachable: one behind ssh gets a socket in the session's folder, as the CLI's own transport. */
export async function reachEndpoint(endpoint: Endpoint, { privateDir, env }: Pick<RunnerConfig, 'privateDir' | 'env'>): Promise<Reached> {
  if (!endpoint.url.startsWith('ssh:'))
    return { endpoint, close: () => {} }
  await mkdir(privateDir, { recursive: true, mode: 0o700 })
  const path = join(privateDir, 'ssh.sock')
  const close = await openBridge(path, () => dialStdio(endpoint.url, env))
  return { endpoint: { url: `unix://${path}`, elsewhere: true }, close }
}

/** The engine's own socket for a step that may have it, unguarded. */
export async function bareSocket(endpoint: Endpoint, privateDir: string): Promise<{ host: string, close: () => void }> {
  if (endpoint.url.startsWith('unix:') || endpoint.url.startsWith('npipe:'))
    return { host: endpoint.url, close: () => {} }
  const path = join(privateDir, 'bare.sock')
  return { host: `unix://${path}`, close: await openBridge(path, () => connectTo(endpoint, true)) }
}

/** Listens at `path`, and carries each connection on over one that `dial` makes. */
async function openBridge(path: string, dial: () => Duplex): Promise<() => void> {
  rmSync(path, { force: true })
  const open = new Set<Duplex>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = dial()
    open.add(client).add(engine)
    engine.pipe(client)
    client.pipe(engine)
    const end = (): void => {
      client.destroy()
      engine.destroy()
      open.delete(client)
      open.delete(engine)
    }
    client.on('error', end).on('close', end)
    engine.on('error', end).on('close', end)
  })
  server.listen(path)
  await once(server, 'listening')
  return () => {
    server.close()
    open.forEach(connection => connection.destroy())
    rmSync(path, { force: true })
  }
}

/** One connection through `ssh HOST docker system dial-stdio`: the user's own keys, hosts and settings of ssh hold. */
function dialStdio(url: string, env: RunnerConfig['env']): Duplex {
  const { username, hostname, port } = new URL(url)
  const program = spawn('ssh', [
    ...['-o', 'ConnectTimeout=30', '-o', 'BatchMode=yes', '-T'],
    ...username ? ['-l', decodeURIComponent(username)] : [],
    ...port ? ['-p', port] : [],
    '--',
    hostname.replace(/^\[|\]$/g, ''),
    'docker',
    'system',
    'dial-stdio',
  ], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  const connection = NodeDuplex.from({ readable: program.stdout, writable: program.stdin })
  program.on('error', error => connection.destroy(error))
  connection.on('close', () => program.kill())
  return connection
}
