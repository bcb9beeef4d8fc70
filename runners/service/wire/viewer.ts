import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { ClientMessage } from '../../protocol/wire.ts'
import type { Session } from '../session/session.ts'
import type { Send } from './cursors.ts'
import { WebSocketServer } from 'ws'
import { StepError, toErrorInfo } from '../../protocol/error.ts'
import { clientMessageSchema, MAX_CLIENT_MESSAGE, SOCKET_PATH, SUBPROTOCOL } from '../../protocol/wire.ts'
import { carryOut } from './commands.ts'
import { createCursors } from './cursors.ts'
import { createGreeting } from './greeting.ts'
import { tokenFromProtocols, tokenMatches } from './token.ts'

/** A browser that does not say hello in this time is let go, in ms. */
const HELLO_TIMEOUT = 2000

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

/** One tab: a reader of every log with a place of its own, that never makes the run wait. */
export function createViewer(socket: WebSocket, session: Session): void {
  const send: Send = (message) => {
    if (socket.readyState === socket.OPEN)
      socket.send(JSON.stringify(message))
  }
  const cursors = createCursors(socket, send)
  const { greet, keepTold } = createGreeting(session, send, cursors, socket)
  const hello = setTimeout(() => socket.close(1008, 'no hello'), HELLO_TIMEOUT)
  let endTold: (() => void) | undefined

  async function handle(message: ClientMessage): Promise<void> {
    if (message.type === 'hello') {
      clearTimeout(hello)
      greet(message)
      endTold ??= keepTold()
      return
    }
    if (!endTold)
      throw new StepError('bad-message', 'the first message must be hello')
    return message.type === 'ack' ? cursors.ack(message.bytes) : carryOut(session, message, send, socket)
  }

  socket.on('message', async (data, binary) => {
    let step: string | undefined
    try {
      const message = parseMessage(data as Buffer, binary)
      step = message.type === 'run' ? message.step : undefined
      await handle(message)
    }
    catch (error) {
      send({ type: 'error', ...toErrorInfo(error), step })
    }
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    clearTimeout(hello)
    endTold?.()
  })
}

function parseMessage(data: Buffer, binary: boolean): ClientMessage {
  if (binary)
    throw new StepError('bad-message', 'binary messages are not understood here')
  let json: unknown
  try {
    json = JSON.parse(data.toString())
  }
  catch {
    throw new StepError('bad-message', 'the message is not JSON')
  }
  const parsed = clientMessageSchema.safeParse(json)
  if (parsed.success)
    return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new StepError('bad-message', `the message is not understood: ${path.join('.')} ${message}`)
}
