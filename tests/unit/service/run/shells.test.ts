import type { Step } from '../../../../runners/protocol/step.ts'
import type { Run } from '../../../../runners/service/run/types.ts'
import { expect, it, vi } from 'vitest'
import { createShells, shellOf } from '../../../../runners/service/run/shells.ts'
import { match, step } from '../../../_session.ts'

/** A run that comes to its moment, and is over, when the test says so. */
function runOf(own: Step) {
  const moment = Promise.withResolvers<never>()
  const over = Promise.withResolvers<void>()
  const told: object[] = []
  const run = { step: own, moment: moment.promise, over: over.promise, log: { append: (payload: object) => told.push(payload) } } as unknown as Run
  return { run, told, reach: () => moment.resolve(undefined as never), end: over.resolve }
}

/** Whether a promise has settled by the next turn. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false
  void promise.then(() => void (settled = true))
  await new Promise(setImmediate)
  return settled
}

const never = new AbortController().signal

it.each([
  ['over, where it ends', step('a'), 'end', 'reach'],
  ['ready, where it lives on', step('a', { until: [match('up')] }), 'reach', 'end'],
] as const)('are free once a block is %s', async (_, first, frees, doesNot) => {
  const shells = createShells()
  const before = runOf(first)
  await shells.take(first, before.run, never)
  const next = step('b')
  const taken = shells.take(next, runOf(next).run, never)
  before[doesNot]()
  expect([await isSettled(taken), shells.stepIn('main')]).toEqual([false, 'a'])
  before[frees]()
  expect([await isSettled(taken), shells.stepIn('main')]).toEqual([true, 'b'])
})

it('say that a block waits, and let go of one that is cancelled', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const shells = createShells()
    await shells.take(step('a'), runOf(step('a')).run, never)
    const cancelled = new AbortController()
    const waiting = runOf(step('b'))
    const taken = shells.take(step('b'), waiting.run, cancelled.signal)
    await vi.advanceTimersByTimeAsync(50)
    expect(waiting.told).toMatchObject([{ type: 'phase', phase: 'waiting', awaits: { kind: 'shell', name: 'main' } }])
    cancelled.abort()
    expect(await isSettled(taken)).toBe(true)
  }
  finally {
    vi.useRealTimers()
  }
})

it('are one for each name, and for each container', async () => {
  const shells = createShells()
  for (const own of [step('a'), step('b', { shell: 'other' }), step('c', { verb: 'exec', runner: 'docker', in: 'web' }), step('d', { verb: 'apply', runner: 'kubernetes' })])
    expect(await isSettled(shells.take(own, runOf(own).run, never))).toBe(true)
  expect([shellOf(step('c', { verb: 'exec', in: 'web' })), shellOf(step('d', { runner: 'kubernetes' }))]).toEqual(['main in web', undefined])
})
