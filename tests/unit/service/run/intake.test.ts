import type { Payload } from '../../../../runners/protocol/event.ts'
import type { LiveRun } from '../../../../runners/service/run/types.ts'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createIntake } from '../../../../runners/service/run/intake.ts'
import { createLog } from '../../../../runners/service/run/log.ts'
import { createRedactor } from '../../../../runners/service/run/redact.ts'

const output = (data: string): Payload => ({ type: 'output', data })
const progress: Payload = { type: 'progress', label: 'x', done: 1, total: 2 }

/** An intake, and what its log has by now. */
function open({ outputLimit = Infinity } = {}) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const log = createLog({ cols: 40, rows: 5, spool: '', clock: () => 0 })
  onTestFinished(() => {
    log.dispose()
    vi.useRealTimers()
  })
  const signal = new AbortController()
  const redactor = createRedactor({ env: { API_TOKEN: 'hunter2hunter2' } })
  const intake = createIntake({ log, signal, redactor, outputLimit } as unknown as LiveRun)
  return { ...intake, signal, told: () => log.from(1)!.map(event => event.type === 'output' ? event.data : event.type) }
}

it('shows what begins as a secret by chance once nothing follows it', async () => {
  const { take, told } = open()
  take(output('is hun'))
  expect(told()).toEqual(['is '])
  await vi.advanceTimersByTimeAsync(8)
  expect(told()).toEqual(['is ', 'hun'])
})

it('keeps the larger part of a secret back when something else is told', () => {
  const { take, told } = open()
  take(output('is hunter2'))
  take(progress)
  take(output('hunter2!'))
  expect(told()).toEqual(['is ', 'progress', '[redacted]!'])
})

it('shows all before the end of a program, and at its own', () => {
  const { take, end, told } = open()
  take(output('is hunter2'))
  take({ type: 'exit', code: 0 })
  expect(told()).toEqual(['is ', 'hunter2', 'exit'])
  take(output('bye hunter2'))
  end()
  expect(told().slice(3)).toEqual(['bye ', 'hunter2'])
})

it('takes secrets out of what is no output', () => {
  const { take, told } = open()
  take({ type: 'progress', label: 'login hunter2hunter2', done: 0, total: 1 })
  expect(JSON.stringify(told())).not.toContain('hunter2')
})

it('ends a run that writes more than it may, and keeps no more of it', () => {
  const { take, signal, told } = open({ outputLimit: 2 * 1024 * 1024 })
  const mebibyte = `${'.'.repeat(1024 * 1024 - 1)}\n`
  take(output(mebibyte))
  take(output(mebibyte))
  expect(signal.signal.aborted).toBe(false)
  take(output('one\n'))
  expect(signal.signal.reason).toMatchObject({ code: 'output-limit', params: { mebibytes: 2 } })
  take(output('two\n'))
  expect(told().at(-1)).toBe('one\n')
})
