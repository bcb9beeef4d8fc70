import type { ClientHttp2Session } from 'node:http2'
import type { Engine } from '../engine.ts'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { hijackOf } from '../engine.ts'
import { frame } from './frames.ts'
import { historyUpdate } from './messages.ts'
import { encode } from './protobuf.ts'

/** Takes builds out of the engine's history; one that is not there is none the less gone. */
export async function forgetBuilds(engine: Engine, refs: string[]): Promise<void> {
  if (!refs.length)
    return
  const request = await engine.open({ method: 'POST', segments: ['grpc'], headers: { connection: 'Upgrade', upgrade: 'h2c' } }, true)
  request.end()
  const { taken } = await hijackOf(request)
  if (!taken)
    return
  taken.socket.unshift(taken.head)
  const channel = connect('http://docker', { createConnection: () => taken.socket })
  channel.on('error', () => {})
  try {
    for (const ref of refs)
      await forget(channel, ref)
  }
  finally {
    channel.destroy()
  }
}

async function forget(channel: ClientHttp2Session, ref: string): Promise<void> {
  const call = channel.request({ ':method': 'POST', ':path': '/moby.buildkit.v1.Control/UpdateBuildHistory', 'content-type': 'application/grpc', 'te': 'trailers' })
  call.end(frame(encode(historyUpdate, { ref, delete: true })))
  call.resume()
  await once(call, 'close')
}
