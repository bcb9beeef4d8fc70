import type { Payload } from '../../../../runners/protocol/event.ts'
import type { Condition } from '../../../../runners/protocol/step.ts'
import type { ConditionWorld } from '../../../../runners/service/run/conditions.ts'
import { expect, it, onTestFinished } from 'vitest'
import { judge, judgeAll } from '../../../../runners/service/run/conditions.ts'
import { createLog } from '../../../../runners/service/run/log.ts'

/** What a condition is judged by: a log of these events, all at its start. */
function worldOf(
  events: Payload[],
  { now = 0, ...asked }: Partial<ConditionWorld> & { now?: number } = {},
): ConditionWorld {
  let time = 0
  const log = createLog({ cols: 40, rows: 5, spool: '', clock: () => time })
  onTestFinished(() => log.dispose())
  for (const event of events) log.append(event)
  time = now
  const nothing = async (): Promise<undefined> => undefined
  return {
    log,
    startedAt: 0,
    healthy: nothing,
    holds: nothing,
    dial: nothing,
    signal: new AbortController().signal,
    ...asked,
  }
}

const exit = (code: number, not = false): Condition => ({ type: 'exit', code, not, text: `exit${not ? '!' : ''}=${code}` })
const match = (source: string, flags = ''): Condition => ({ type: 'match', source, flags, text: `match=/${source}/${flags}` })
const status = (op: '=' | '<', code: number): Condition => ({ type: 'status', op, code, text: `status${op}${code}` })
const settled = (ms: number): Condition => ({ type: 'settled', ms, text: `settled=${ms}ms` })
const ended = (code: number): Payload => ({ type: 'exit', code })
const said = (data: string): Payload => ({ type: 'output', data })
const answered = (n: number, code: number): Payload => ({ type: 'response', n, status: code, ms: 1 })
const progress = (done: number): Payload => ({ type: 'progress', label: 'pulling', done, total: 2 })

it.each<[condition: Condition, events: Payload[], ok: boolean, detail?: string]>([
  [exit(0), [], false, 'still running'],
  [exit(0), [ended(0)], true, 'exit 0'],
  [exit(0), [ended(1)], false, 'exit 1'],
  [exit(3), [ended(3)], true, 'exit 3'],
  [exit(3), [ended(0)], false, 'exit 0'],
  [exit(0, true), [], false, 'still running'],
  [exit(0, true), [ended(0)], false, 'exit 0'],
  [exit(0, true), [ended(1)], true, 'exit 1'],
  [exit(3, true), [ended(0)], true, 'exit 0'],
  [exit(3, true), [ended(3)], false, 'exit 3'],
  [match('ready'), [], false],
  [match('ready'), [said('not yet')], false],
  [match('ready'), [said('re'), said('ady')], true],
  [match('^ready$', 'm'), [said('a\r\n\x1B[32mready\x1B[0m\r\nb')], true],
  [match('READY'), [said('ready')], false],
  [match('READY', 'i'), [said('ready')], true],
  [status('=', 200), [], false, 'no response yet'],
  [status('=', 200), [answered(1, 200), answered(2, 200)], true],
  [status('=', 200), [answered(1, 200), answered(2, 503)], false, '1 of 2: 503'],
  [status('=', 200), [answered(1, 404)], false, '404'],
  [status('<', 500), [answered(1, 404)], true],
  [status('<', 500), [answered(1, 500)], false, '500'],
  [status('<', 500), [answered(1, 0)], false, 'no answer'],
  [settled(1000), [said('x')], true],
  [settled(1001), [said('x')], false],
  [settled(1000), [progress(1)], false, 'pulling'],
  [settled(1000), [progress(2)], true],
])('judges %j', async (condition, events, ok, detail) => {
  const judged = await judge(condition, worldOf(events, { now: 1000 }))
  expect(judged).toMatchObject({ text: condition.text, ok })
  if (detail !== undefined)
    expect(judged.detail).toBe(detail)
})

it.each([
  [undefined, { ok: false, detail: 'there is no web' }],
  [{ ok: false, detail: 'starting' }, { ok: false, detail: 'starting' }],
  [{ ok: true }, { ok: true }],
])('judges what is healthy by what its engine says: %j', async (told, expected) => {
  const healthy: Condition = { type: 'healthy', name: 'web', text: 'healthy=web' }
  expect(await judge(healthy, worldOf([], { healthy: async name => name === 'web' ? told as never : undefined }))).toMatchObject(expected)
})

it('asks the engine for what only that can tell, and says what is missing without one', async () => {
  const condition = { type: 'ready', kind: 'deployment', name: 'web', text: 'ready=deployment/web' } as unknown as Condition
  const told = { text: condition.text, ok: true }
  expect(await judge(condition, worldOf([], { holds: async () => told }))).toEqual(told)
  await expect(judge(condition, worldOf([]))).rejects.toMatchObject({ name: 'StepError', hint: expect.stringContaining('cluster create') as string })
})

it('judges all conditions in their order', async () => {
  const judged = await judgeAll([exit(1), match('a'), exit(0)], worldOf([said('a'), ended(0)]))
  expect(judged.map(({ ok }) => ok)).toEqual([false, true, true])
})
