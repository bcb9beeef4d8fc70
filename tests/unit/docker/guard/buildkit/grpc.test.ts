import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Values } from '../../../../../runners/docker/guard/buildkit/protobuf.ts'
import type { TestGuard } from '../_guard.ts'
import { once } from 'node:events'
import { connect, performServerHandshake } from 'node:http2'
import { duplexPair } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endGrpc } from '../../../../../runners/docker/guard/buildkit/grpc.ts'
import { bridgeSolve, contentRead, controlSolve, historyUpdate, statusRequest } from '../../../../../runners/docker/guard/buildkit/messages.ts'
import { METHODS } from '../../../../../runners/docker/guard/buildkit/methods.ts'
import { encode } from '../../../../../runners/docker/guard/buildkit/protobuf.ts'
import { controlFields, scopeOf } from './_build.ts'

const CONTROL = '/moby.buildkit.v1.Control/'
const BRIDGE = '/moby.buildkit.v1.frontend.LLBBridge/'
/** `BuildHistoryEvent` of a build. */
const eventOf = (ref: string): Buffer => encode({ 2: ['record', { 1: ['ref', 'text'] }] }, { record: { ref } })

interface Called { status: string, message: string, messages: Buffer[] }

interface Channel {
  guard: TestGuard
  /** Calls that reached the engine. */
  reached: { path: string, message: Buffer, headers: IncomingHttpHeaders }[]
  call: (path: string, message?: Buffer, headers?: OutgoingHttpHeaders, raw?: Buffer) => Promise<Called>
}

function frame(message: Buffer, flag = 0): Buffer {
  const head = Buffer.from([flag, 0, 0, 0, 0])
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

/** A client before the guard before an engine that answers each call with `answers`. */
function open(answers: Buffer[] = [], status = '0', patience = 0): Channel {
  const [client, clientEnd] = duplexPair()
  const [engineEnd, engine] = duplexPair()
  const scope = scopeOf([], patience)
  const reached: Channel['reached'] = []
  const answer = async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> => {
    reached.push({ path: String(headers[':path']), message: Buffer.concat(await stream.toArray() as Buffer[]).subarray(5), headers })
    if (status !== '0')
      return void stream.respond({ 'grpc-status': status, 'grpc-message': 'no' }, { endStream: true })
    stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.concat(answers.map(message => frame(message))))
  }
  endGrpc(clientEnd, engineEnd, scope)
  const server = performServerHandshake(engine)
  server.on('stream', (stream, headers) => void answer(stream, headers))
  const session = connect('http://docker', { createConnection: () => client })
  onTestFinished(() => {
    session.destroy()
    server.destroy()
  })

  const call: Channel['call'] = async (path, message = Buffer.alloc(0), headers = {}, raw = frame(message)) => {
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...headers })
    let trailers: IncomingHttpHeaders = {}
    stream.on('trailers', found => trailers = found)
    stream.end(raw)
    const [response] = await once(stream, 'response') as [IncomingHttpHeaders]
    const body = Buffer.concat(await stream.toArray() as Buffer[])
    const messages: Buffer[] = []
    for (let at = 0; at < body.length; at += 5 + body.readUInt32BE(at + 1))
      messages.push(body.subarray(at + 5, at + 5 + body.readUInt32BE(at + 1)))
    const end = { ...response, ...trailers }
    return { status: String(end['grpc-status']), message: decodeURIComponent(String(end['grpc-message'] ?? '')), messages }
  }

  return { guard: scope.guard, reached, call }
}

const solve = (fields: Values = {}): Buffer => encode(controlSolve, controlFields(fields))

describe('BuildKit\'s channel', () => {
  it.for([
    `${BRIDGE}NewContainer`,
    `${BRIDGE}ExecProcess`,
    `${BRIDGE}ReleaseContainer`,
    `${BRIDGE}ReadFileContainer`,
    `${BRIDGE}ResolveSourceMeta`,
    '/containerd.services.content.v1.Content/Write',
    '/moby.buildkit.v1.Control/solve',
    '/constructor',
  ])('lets %s through to nobody', async (path) => {
    const { call, reached } = open()
    expect(await call(path)).toMatchObject({ status: '7', message: expect.stringContaining('which it does not know') as string })
    expect(reached).toEqual([])
  })

  it.for([
    ['a compressed message', frame(Buffer.alloc(1), 1), {}, 'compressed'],
    ['a compression', frame(Buffer.alloc(0)), { 'grpc-encoding': 'gzip' }, 'compressed'],
    ['no message', Buffer.alloc(0), {}, 'one message'],
    ['two messages', Buffer.concat([frame(Buffer.alloc(0)), frame(Buffer.alloc(0))]), {}, 'one message'],
    ['half a message', frame(Buffer.alloc(9)).subarray(0, 8), {}, 'one message'],
    ['a message beyond all limits', Buffer.from([0, 0x7F, 0xFF, 0xFF, 0xFF]), {}, 'too large'],
  ] as const)('takes no call with %s', async ([, raw, headers, text]) => {
    const { call, reached } = open()
    expect(await call(`${CONTROL}Info`, undefined, headers, raw)).toMatchObject({ status: '3', message: expect.stringContaining(text) as string })
    expect(reached).toEqual([])
  })

  it('passes on what the engine answers, and no header that it does not know', async () => {
    const { call, reached } = open([Buffer.from('one'), Buffer.from('two')])
    expect(await call(`${CONTROL}Info`, Buffer.from('x'), { 'x-other': 'y', 'te': 'trailers' })).toEqual({ status: '0', message: '', messages: [Buffer.from('one'), Buffer.from('two')] })
    expect(reached).toMatchObject([{ path: `${CONTROL}Info`, message: Buffer.alloc(0), headers: { te: 'trailers' } }])
    expect(reached[0]!.headers).not.toHaveProperty('x-other')
  })

  it('has the client\'s services by a call too, and waits for them', async () => {
    const { call, reached } = open([Buffer.from('asked')], '0', 5000)
    const begun = call(`${CONTROL}Solve`, solve({ session: 'client-3' }))
    const services = { 'x-docker-expose-session-uuid': 'client-3', 'x-docker-expose-session-grpc-method': ['/a/B', '/c/D'], 'x-other': 'y' }
    expect(await call(`${CONTROL}Session`, Buffer.from('answer'), services)).toEqual({ status: '0', message: '', messages: [Buffer.from('asked')] })
    expect(await begun).toMatchObject({ status: '0' })
    const asked = reached.find(({ path }) => path === `${CONTROL}Session`)!
    expect(asked).toMatchObject({ message: Buffer.from('answer'), headers: { 'x-docker-expose-session-uuid': 'client-3' } })
    expect(asked.headers).not.toHaveProperty('x-other')
  })

  it('passes on how the engine refuses', async () => {
    expect(await open([], '12').call(`${CONTROL}Info`)).toEqual({ status: '12', message: 'no', messages: [] })
  })

  it.for(Object.keys(METHODS).filter(path => path.startsWith(BRIDGE)))('lets %s into builds that were begun here only', async (path) => {
    const { call, reached } = open()
    const message = path.endsWith('/Solve') ? encode(bridgeSolve, { frontend: 'dockerfile.v0' }) : Buffer.alloc(0)
    const ofBuild = { 'buildkit-controlapi-buildid': 'build-1' }
    expect(await call(path, message, ofBuild)).toMatchObject({ status: '3', message: 'no such job build-1' })
    expect(await call(`${CONTROL}Solve`, solve())).toMatchObject({ status: '0' })
    expect(await call(path, message)).toMatchObject({ status: '3' })
    expect(await call(path, message, ofBuild)).toMatchObject({ status: '0' })
    expect(reached.map(asked => asked.path)).toEqual([`${CONTROL}Solve`, path])
  })

  it('tells the progress of builds that were begun here only', async () => {
    const { call } = open()
    const status = encode(statusRequest, { ref: 'build-1' })
    expect(await call(`${CONTROL}Status`, status)).toMatchObject({ status: '3' })
    await call(`${CONTROL}Solve`, solve())
    expect(await call(`${CONTROL}Status`, status)).toMatchObject({ status: '0' })
  })

  it('shows and changes the history of builds that were begun here only', async () => {
    const { call } = open([eventOf('theirs'), eventOf('build-1'), Buffer.alloc(0)])
    const update = (ref: string): Buffer => encode(historyUpdate, { ref, delete: true })
    expect((await call(`${CONTROL}ListenBuildHistory`)).messages).toEqual([])
    await call(`${CONTROL}Solve`, solve())
    expect((await call(`${CONTROL}ListenBuildHistory`)).messages).toEqual([eventOf('build-1')])
    expect(await call(`${CONTROL}UpdateBuildHistory`, update('theirs'))).toMatchObject({ status: '7' })
    expect(await call(`${CONTROL}UpdateBuildHistory`, update('build-1'))).toMatchObject({ status: '0' })
  })

  it('reads of content what the records of these builds name', async () => {
    const [ours, theirs] = ['a', 'b'].map(letter => `sha256:${letter.repeat(64)}`)
    const record = (ref: string, digest: string): Buffer => encode({ 2: ['record', { 1: ['ref', 'text'], 8: ['logs', 'text'] }] }, { record: { ref, logs: digest } })
    const { call } = open([record('build-1', ours!), record('theirs', theirs!)])
    const read = async (digest: string): Promise<string> => (await call('/containerd.services.content.v1.Content/Read', encode(contentRead, { digest, offset: 1n }))).status
    await call(`${CONTROL}Solve`, solve())
    expect(await read(ours!)).toBe('5')
    await call(`${CONTROL}ListenBuildHistory`)
    expect([await read(ours!), await read(theirs!)]).toEqual(['0', '5'])
  })

  it.for([
    [`${CONTROL}DiskUsage`, 1],
    [`${CONTROL}Prune`, 0],
    ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 1],
  ] as const)('answers %s by itself', async ([path, count]) => {
    const { call, reached } = open()
    const { status, messages } = await call(path, Buffer.from('anything'))
    expect({ status, messages, reached }).toEqual({ status: '0', messages: Array.from<Buffer>({ length: count }).fill(Buffer.alloc(0)), reached: [] })
  })

  it('sets no tag that is another\'s, and begins no build twice', async () => {
    const { call, reached } = open()
    const theirs = { exporters: [{ type: 'moby', attributes: { name: 'docker.io/library/demo:1' } }] }
    expect(await call(`${CONTROL}Solve`, solve(theirs))).toMatchObject({ status: '7', message: expect.stringContaining('to set the tag') as string })
    expect(await call(`${CONTROL}Status`, encode(statusRequest, { ref: 'build-1' }))).toEqual({ status: '0', message: '', messages: [] })
    expect(reached).toEqual([])
    await call(`${CONTROL}Solve`, solve({ ref: 'build-2' }))
    expect(await call(`${CONTROL}Solve`, solve({ ref: 'build-2' }))).toMatchObject({ status: '3', message: 'the build build-2 has begun already' })
  })
})
