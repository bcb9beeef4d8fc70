import type { Api } from './api.ts'
import type { Status } from './objects.ts'
import { PassThrough } from 'node:stream'
import WebSocket from 'ws'
import { StepError } from '../protocol/error.ts'
import { ApiError } from './api.ts'

/** The channels of exec; port-forward has its data in 0, its errors in 1. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4 } as const

/** A connection of the API server that carries several streams, each message with its channel's number before it. */
export interface Channels {
  send: (channel: number, data: Buffer | string) => void
  /** The bytes of a channel; unread ones hold the sender back. Ends with the connection. */
  read: (channel: number) => AsyncIterable<Buffer>
  /** How the program ended, once the server says so; undefined where the connection was cut before. */
  status: Promise<Status | undefined>
  close: () => void
}

/** How much may lie unread before the sender has to wait, in bytes. */
const UNREAD = 256 * 1024
/** How long the server may take to answer, in ms. */
const OPENING = 10_000

/** Opens exec or port-forward at `path`; throws ApiError for a refusal. */
export async function openChannels(
  api: Api,
  path: string,
  query: Record<string, string | string[]>,
  protocols: string[],
  signal?: AbortSignal,
): Promise<Channels> {
  const url = new URL(`${api.server.replace(/^http/, 'ws').replace(/\/$/, '')}${path}`)
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(key, one)
  }
  const { headers, ...options } = await api.options()
  const socket = new WebSocket(url, protocols, {
    ...(options as WebSocket.ClientOptions),
    headers: headers as Record<string, string>,
    handshakeTimeout: OPENING,
    perMessageDeflate: false,
  })
  const streams = new Map<number, PassThrough>()
  const status = Promise.withResolvers<Status | undefined>()
  const onAbort = (): void => socket.terminate()

  function streamOf(channel: number): PassThrough {
    const known = streams.get(channel)
    if (known)
      return known
    const stream = new PassThrough({ highWaterMark: UNREAD })
    stream.on('error', () => {})
    streams.set(channel, stream)
    return stream
  }

  socket.on('message', (data: Buffer) => {
    const channel = data[0]!
    const bytes = data.subarray(1)
    if (channel === CHANNEL.status && !path.endsWith('/portforward')) {
      status.resolve(JSON.parse(bytes.toString()) as Status)
    }
    else if (bytes.length && !streamOf(channel).write(bytes)) {
      socket.pause()
      streamOf(channel).once('drain', () => socket.resume())
    }
  })
  socket.on('close', () => {
    signal?.removeEventListener('abort', onAbort)
    status.resolve(undefined)
    for (const stream of streams.values()) stream.end()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (request, response) => {
      let text = ''
      response.on('data', chunk => (text += chunk)).on('end', () => reject(new ApiError(response.statusCode!, text)))
      response.on('close', () => request.destroy())
    })
    socket.on('error', (error: Error) =>
      reject(
        new StepError(
          'engine-lost',
          `the API server does not open the connection: ${error.message}`,
          'Is the cluster up? kamishibai cluster status',
          { cause: error },
        ),
      ))
  })
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted)
    onAbort()
  return {
    send(channel, data) {
      if (socket.readyState === WebSocket.OPEN)
        socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]))
    },
    read: streamOf,
    status: status.promise,
    close: () => socket.close(),
  }
}
