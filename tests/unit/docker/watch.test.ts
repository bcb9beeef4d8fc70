import type { Payload } from '../../../runners/protocol/event.ts'
import { once } from 'node:events'
import { addAbortSignal, PassThrough } from 'node:stream'
import Docker from 'dockerode'
import { expect, it } from 'vitest'
import { watchSession } from '../../../runners/docker/watch.ts'
import { LABELS } from '../../../runners/protocol/runner.ts'

const Labels = { [LABELS.session]: 'mine', [LABELS.step]: 'one' }

interface Call { path: string, options?: { filters?: string }, abortSignal?: AbortSignal }

/** The real client before an engine that has networks, and tells of them. */
function fakeEngine() {
  const networks = new Map<string, object>()
  const events = new PassThrough()
  const docker = new Docker({ socketPath: '/no/engine.sock' })
  docker.modem.dial = ({ path, options, abortSignal }: Call, done: (error: unknown, body?: unknown) => void) => {
    const [, kind, id] = path.split('?')[0]!.split('/')
    if (kind === 'events')
      return done(null, addAbortSignal(abortSignal!, options?.filters?.includes('network') ? events : new PassThrough()))
    if (id === undefined || id === 'json')
      return done(null, kind === 'volumes' ? { Volumes: [] } : [])
    const network = networks.get(id)
    done(network ? null : Object.assign(new Error('not there'), { statusCode: 404 }), network)
  }
  const tell = (Action: string, ID: string, Type = 'network'): void => void events.write(`${JSON.stringify({ Type, Action, Actor: { ID, Attributes: {} } })}\n`)
  const put = (Id: string, more = {}): void => void networks.set(Id, { Id, Name: `net-${Id}`, Driver: 'bridge', Internal: false, Labels, ...more })
  return { docker, networks, tell, put }
}

it('tells of a network of the session when it comes, changes and goes, and never twice the same', async () => {
  const { docker, networks, tell, put } = fakeEngine()
  const told = new PassThrough({ objectMode: true })
  const stop = new AbortController()
  const watching = watchSession(docker, 'mine', (step, payload) => void told.write({ step, payload }), stop.signal)
  const next = async () => {
    const { step, payload } = (told.read() ?? (await once(told, 'readable'), told.read())) as { step: string, payload: Extract<Payload, { type: 'resource' }> }
    return [step, payload.op, payload.ref.name]
  }

  put('a')
  put('b', { Labels: { [LABELS.session]: 'another' } })
  for (const [action, id] of [['create', 'b'], ['create', 'a'], ['create', 'a']] as const)
    tell(action, id)
  expect(await next()).toEqual(['one', 'added', 'net-a'])
  put('c')
  tell('create', 'c')
  expect(await next()).toEqual(['one', 'added', 'net-c'])
  put('a', { Internal: true })
  tell('create', 'a')
  expect(await next()).toEqual(['one', 'modified', 'net-a'])
  networks.clear()
  for (const id of ['b', 'a', 'a', 'c'])
    tell('destroy', id)
  expect(await next()).toEqual(['one', 'deleted', 'net-a'])
  expect(await next()).toEqual(['one', 'deleted', 'net-c'])

  stop.abort()
  await watching
  expect(told.read()).toBeNull()
})
