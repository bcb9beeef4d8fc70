import type { Payload, PayloadOf, Phase } from '../../../runners/protocol/event.ts'
import { describe, expect, it } from 'vitest'
import { foldRun, needsRecording, refKey } from '../../../runners/protocol/fold.ts'
import { logOf } from '../../_recordings.ts'

const ref = { kind: 'container', id: 'a1', name: 'web' }
const phase = (name: Phase): Payload => ({ type: 'phase', phase: name })
const error = (code: PayloadOf<'error'>['code']): Payload => ({ type: 'error', code, message: 'm', hint: '' })

describe('a run that failed', () => {
  it.each<[boolean, string, Payload[]]>([
    [true, 'before its moment', [phase('running'), error('exit-code'), phase('failed')]],
    [false, 'after its moment', [phase('running'), phase('ready'), error('exit-code'), phase('failed')]],
    [true, 'after its moment, with its engine', [phase('running'), phase('ready'), error('engine-lost'), phase('failed')]],
    [false, 'not, but was stopped', [phase('running'), error('cancelled'), phase('cancelled')]],
    [false, 'not', [phase('running'), phase('exited')]],
  ])('needs its recording (%s): %s', (needs, _, payloads) => {
    expect(needsRecording(foldRun(logOf(payloads.map((payload, i) => [i, payload]))))).toBe(needs)
  })
})

it('knows of an object since when it is there, what it is now, and what it last was', () => {
  const state = (until: number) => foldRun(logOf([
    [10, { type: 'resource', op: 'added', ref, view: { state: 'created' } }],
    [20, { type: 'resource', op: 'modified', ref, view: { state: 'running' } }],
    [30, { type: 'resource', op: 'deleted', ref, view: {} }],
  ]), until).resources[refKey(ref)]
  expect(state(9)).toBeUndefined()
  expect(state(20)).toEqual({ ref, view: { state: 'running' }, deleted: false, addedAt: 10, changedAt: 20 })
  expect(state(30)).toEqual({ ref, view: { state: 'running' }, deleted: true, addedAt: 10, changedAt: 30 })
})
