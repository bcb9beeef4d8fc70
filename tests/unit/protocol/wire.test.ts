import type { LogEvent } from '../../../runners/protocol/event.ts'
import type { RunState } from '../../../runners/protocol/fold.ts'
import { describe, expect, it } from 'vitest'
import { emptyRun, foldRun } from '../../../runners/protocol/fold.ts'
import { serverMessageSchema } from '../../../runners/protocol/wire.ts'
import { logOf } from '../../_recordings.ts'

const run = { n: 1, step: 'a', mode: 'live', startedAt: 0, cols: 40, rows: 5 }
const ref = { kind: 'container', id: '0f', name: 'web' }
const events: LogEvent[] = logOf([
  [0, { type: 'phase', phase: 'waiting', reason: 'b runs first', awaits: { kind: 'step', name: 'b' } }],
  [1, { type: 'output', data: 'hello' }],
  [2, { type: 'resize', cols: 80, rows: 24 }],
  [3, { type: 'resource', op: 'added', ref, view: { image: 'demo:1', ports: [1, { a: null }] } }],
  [4, { type: 'sample', ref, cpu: 0.5, memory: 1024 }],
  [5, { type: 'response', n: 1, status: 200, ms: 3.5, by: 'web' }],
  [6, { type: 'progress', label: 'pulling', done: 1, total: 2 }],
  [7, { type: 'marker', label: 'here' }],
  [8, { type: 'error', code: 'timeout', message: 'it took long', hint: '', params: { seconds: 1 } }],
  [9, { type: 'exit', code: 137, signal: 'SIGKILL', oom: true }],
  [9, { type: 'phase', phase: 'failed', expectations: [{ text: 'exit=0', ok: false, detail: 'exit 137' }] }],
])

function overWire(state: unknown): ReturnType<typeof serverMessageSchema.safeParse> {
  return serverMessageSchema.safeParse(JSON.parse(JSON.stringify({ type: 'snapshot', run, state, screen: '', screenSeq: 9 })))
}

describe('the state in a snapshot', () => {
  it.each(events.map((_, i) => i + 1))('arrives as it was folded, after %i events', (count) => {
    const state = foldRun(events.slice(0, count))
    expect(overWire(state).data).toMatchObject({ state: JSON.parse(JSON.stringify(state)) as RunState })
  })

  it.each<[what: string, state: unknown]>([
    ['nothing', undefined],
    ['a text', 'idle'],
    ['a part of one', { phase: 'idle' }],
    ['a phase that there is not', { ...emptyRun(), phase: 'flying' }],
    ['a list of objects', { ...emptyRun(), resources: [] }],
    ['an object without a name', { ...emptyRun(), resources: { x: { ref: {}, view: {}, deleted: false, addedAt: 0, changedAt: 0 } } }],
    ['a view that is none', { ...emptyRun(), resources: { x: { ref, view: [], deleted: false, addedAt: 0, changedAt: 0 } } }],
    ['a point without a time', { ...emptyRun(), samples: { x: { ref, points: [{ cpu: 1, memory: 1 }] } } }],
    ['a marker without a time', { ...emptyRun(), markers: [{ label: 'x' }] }],
  ])('is refused where it is %s', (_, state) => expect(overWire(state).success).toBe(false))
})
