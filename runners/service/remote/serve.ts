import type { AddressInfo } from 'node:net'
import type { FromRemote, RemoteOptions, ToRemote } from './message.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setPriority } from 'node:os'
import process from 'node:process'
import { WebSocketServer } from 'ws'
import { SOCKET_PATH, SUBPROTOCOL } from '../../protocol/wire.ts'
import { openSite } from '../stage/site.ts'
import { guardServer } from '../wire/gate.ts'
import { createAudience } from './audience.ts'

/** A hello with where it left off in a long talk. */
const LONGEST_HELLO = 16 * 1024
const MOST_VIEWERS = 2000
/** Ports that are tried, where none was asked for. */
const PORTS = 100

/**
 * Among the processes of the talk that keep all cores busy it gets a twenty-eighth of one's time (1024 : 36 on Linux).
 */
const NICENESS = 15

/** A server for the audience's own devices. */
export interface RemoteServer {
  port: number
  /** How many viewers it has. */
  readonly count: number
  take: (messages: Extract<ToRemote, { type: 'feed' }>['messages']) => void
  close: () => void
}

/** Serves the site and the read-only socket at each of the addresses, on one port; rejects where it cannot be had. */
export async function openRemote(
  { dir, addresses, port: first, strict }: RemoteOptions,
  onCount: (count: number) => void,
): Promise<RemoteServer> {
  const site = await openSite(dir)
  const audience = createAudience(onCount)
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: LONGEST_HELLO,
    handleProtocols: protocols => protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false,
  })
  const names = addresses.flatMap(address => address.includes(':') ? [`[${address}]`] : address.startsWith('127.') ? [address, 'localhost'] : [address])

  function serve(): ReturnType<typeof createServer> {
    const server = createServer((request, response) => {
      site.answer(request, response).catch(() => response.destroy())
    })
    guardServer(server, () => (server.address() as AddressInfo | null)?.port ?? 0, { readOnly: true, names })
    server.on('upgrade', (request, socket, head) => {
      if (request.url !== SOCKET_PATH || audience.count >= MOST_VIEWERS)
        return socket.destroy()
      sockets.handleUpgrade(request, socket, head, ws => audience.join(ws, socket))
    })
    return server
  }

  async function listen(at: number): Promise<ReturnType<typeof createServer>[]> {
    const servers: ReturnType<typeof createServer>[] = []
    try {
      for (const address of addresses) {
        const server = serve()
        servers.push(server)
        server.listen(at || (servers[0]!.address() as AddressInfo | null)?.port || 0, address)
        await once(server, 'listening')
      }
      return servers
    }
    catch (error) {
      servers.forEach(server => server.close())
      if (strict || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || at + 1 >= first + PORTS)
        throw error
      return listen(at + 1)
    }
  }

  const servers = await listen(first)
  return {
    port: (servers[0]!.address() as AddressInfo).port,
    get count() { return audience.count },
    take: audience.take,
    close() {
      audience.close()
      sockets.close()
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

/** The process of the remote viewers: lives as long as the channel to the presenter's, which outranks it. */
export function run(): void {
  // Ctrl-C reaches every process of the terminal; the presenter's says what it means.
  for (const signal of ['SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => {})
  process.on('disconnect', () => process.exit())
  try {
    setPriority(NICENESS)
  }
  catch {
    // It then only competes with the talk.
  }
  const tell = (message: FromRemote): void => {
    // Whom it does not reach is gone, as `disconnect` says next.
    if (process.connected)
      process.send!(message, () => {})
  }
  let server: Promise<RemoteServer> | undefined
  process.on('message', async (message: ToRemote) => {
    if (message.type === 'open') {
      server = openRemote(message, count => tell({ type: 'viewers', count }))
      server.then(({ port }) => tell({ type: 'open', port }), (error: Error) => tell({ type: 'refused', message: error.message }))
    }
    else {
      (await server!).take(message.messages)
    }
  })
}
