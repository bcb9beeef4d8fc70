import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Session } from '../session/session.ts'
import { WebSocketServer } from 'ws'
import { MAX_CLIENT_MESSAGE, SOCKET_PATH, SUBPROTOCOL } from '../../protocol/wire.ts'
import { tokenFromProtocols, tokenMatches } from './token.ts'
import { createViewer } from './viewer.ts'

/**
 * Answers upgrades to {@link SOCKET_PATH}, below whatever base the server has, with one viewer per socket.
 * Without the driver token the upgrade gets 403. Returns what detaches it.
 */
export function attachSocket(server: Server, session: Session, token: string): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_MESSAGE,
    handleProtocols: protocols => protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false,
  })
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = request.url?.split('?')[0] ?? ''
    if (!path.endsWith(SOCKET_PATH))
      return
    const given = tokenFromProtocols(request.headers['sec-websocket-protocol'])
    if (!given || !tokenMatches(token, given)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThe driver token is missing or wrong.\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, ws => createViewer(ws, session))
  }
  server.on('upgrade', onUpgrade)
  return () => {
    server.off('upgrade', onUpgrade)
    for (const socket of sockets.clients)
      socket.close(1001, 'the session ended')
    sockets.close()
  }
}
