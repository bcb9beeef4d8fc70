import type { ClientMessage } from '../../runners/protocol/wire.ts'

const BACKOFF = { first: 250, longest: 5000 }
/** A service that is only read tells every 15 s that it is there; after this time without a word it is not, in ms. */
const SILENCE = 40_000
/** Closes a socket over data that cannot be understood: 1003 of RFC 6455 among the codes that a page may send. */
export const BAD_DATA = 4003
/** A reason to close may have this many bytes of UTF-8. */
const LONGEST_REASON = 123

/** The part of a WebSocket that a connection uses. */
export type Socket = Pick<
  WebSocket,
  'readyState' | 'binaryType' | 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'
>

export interface ConnectionOptions {
  /** Opens a socket to the service. */
  open: () => Socket
  /** Tells the service nothing but its greeting, and expects a word from it now and then. */
  readOnly: boolean
  /** The first messages of each socket. */
  greet: () => ClientMessage[]
  /** Takes what the service sends; an exception closes the socket. `send` answers on the same socket. */
  take: (data: string | ArrayBuffer, send: (message: ClientMessage) => void) => void
  onOpen: () => void
  onLost: () => void
  /** Called when a socket closes before it ever opened: returns false to give up. */
  onRefused?: () => Promise<boolean>
}

export interface Connection {
  send: (message: ClientMessage) => void
  close: () => void
}

/** The part of a reason that fits into a closing frame. */
function reasonOf(error: unknown): string {
  let reason = `bad message: ${(error as Error).message}`
  while (new TextEncoder().encode(reason).length > LONGEST_REASON)
    reason = reason.slice(0, -1)
  return reason
}

/** A socket to the service that comes back after a break. */
export function createConnection(options: ConnectionOptions): Connection {
  const { open, readOnly, greet, take, onOpen, onLost, onRefused } = options
  let socket: Socket
  let delay = BACKOFF.first
  let timer: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let closed = false

  function sendOn(to: Socket, message: ClientMessage): void {
    if (to.readyState === WebSocket.OPEN && (!readOnly || message.type === 'hello'))
      to.send(JSON.stringify(message))
  }

  function receive(from: Socket, data: string | ArrayBuffer): void {
    clearTimeout(silence)
    if (readOnly)
      silence = setTimeout(() => from.close(), SILENCE)
    try {
      take(data, message => sendOn(from, message))
      delay = BACKOFF.first
    }
    catch (error) {
      onLost()
      from.close(BAD_DATA, reasonOf(error))
    }
  }

  function connect(): void {
    let opened = false
    const opening = socket = open()
    opening.binaryType = 'arraybuffer'
    opening.onopen = () => {
      opened = true
      onOpen()
      greet().forEach(message => sendOn(opening, message))
    }
    opening.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (opening.readyState === WebSocket.OPEN)
        receive(opening, data)
    }
    opening.onclose = async () => {
      if (closed)
        return
      clearTimeout(silence)
      onLost()
      if (!opened && onRefused && !await onRefused())
        return
      timer = setTimeout(connect, delay)
      delay = Math.min(delay * 2, BACKOFF.longest)
    }
  }
  connect()

  return {
    send: message => sendOn(socket, message),
    close() {
      closed = true
      clearTimeout(timer)
      clearTimeout(silence)
      socket.close()
    },
  }
}
