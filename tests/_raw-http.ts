import { connect } from 'node:net'

/**
 * Sends `text` as it stands over a new connection; resolves with all that comes until it closes, or until `done` holds.
 */
export async function exchange(
  port: number,
  text: string,
  done: (answer: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(text))
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no end of: ${answer}`)))
    socket.on('data', (data) => {
      answer += data.toString()
      if (done(answer))
        socket.destroy()
    })
    socket.on('error', error => (answer ? resolve(answer) : reject(error)))
    socket.on('close', () => resolve(answer))
  })
}

/** A request in HTTP/1.1 that closes its connection; `host` and `upgrade` stand for the usual headers. */
export function rawRequest(line: string, headers: Record<string, string> | [string, string][], body = ''): string {
  const entries = Array.isArray(headers) ? headers : Object.entries(headers)
  const names = entries.map(([name]) => name.toLowerCase())
  const more: [string, string][] = body ? [['Content-Length', String(Buffer.byteLength(body))]] : []
  if (!names.includes('connection'))
    more.push(['Connection', 'close'])
  return `${line} HTTP/1.1\r\n${[...entries, ...more].map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

/** The headers of a WebSocket handshake besides Host and Origin. */
export const HANDSHAKE = {
  'Connection': 'Upgrade',
  'Upgrade': 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

/** The status in the first line of an answer; NaN if there is none. */
export function statusOf(answer: string): number {
  return Number(answer.match(/^HTTP\/1\.[01] (\d{3})/)?.[1])
}
