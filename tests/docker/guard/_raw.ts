import { request } from 'node:http'
import { connect } from 'node:net'

/** An answer, with the message of an error. */
export interface Raw { status: number, headers: NodeJS.Dict<string | string[]>, text: string, message: string }

/** One request to a unix socket; a body that is no text is sent as JSON. */
export function sendRaw(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, method, path, headers: { 'content-type': 'application/json', ...headers } },
      async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk as string
        resolve({ status: answer.statusCode!, headers: answer.headers, text, message: messageOf(text) })
      },
    )
    sent.on('error', reject)
    sent.end(body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  })
}

/** Bytes as they stand over a new connection, and all that comes back until it closes or `done` holds. */
export function sendBytes(
  socketPath: string,
  text: string | Buffer,
  done: (answer: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(socketPath, () => socket.write(text))
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no end of: ${answer}`)))
    socket.on('data', (data) => {
      answer += data.toString('latin1')
      if (done(answer))
        socket.destroy()
    })
    socket.on('error', error => (answer ? resolve(answer) : reject(error)))
    socket.on('close', () => resolve(answer))
  })
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? ''
  }
  catch {
    return ''
  }
}
