import type { LogEvent } from '../../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { watch } from 'vue'
import { createClientRun } from '../../../../client/session/clientRun.ts'
import { emptyRun, foldRun } from '../../../../runners/protocol/fold.ts'
import { screenText } from '../../../../runners/protocol/screen.ts'

const info = { n: 1, step: 'hello', mode: 'live' as const, startedAt: 0, cols: 20, rows: 4 }
const events: LogEvent[] = [
  { seq: 1, at: 0, type: 'phase', phase: 'running' },
  { seq: 2, at: 100, type: 'output', data: 'one\r\n' },
  { seq: 3, at: 200, type: 'output', data: 'two\r\n' },
  { seq: 4, at: 300, type: 'exit', code: 0 },
  { seq: 5, at: 300, type: 'phase', phase: 'exited' },
]
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

it('takes every event in exactly once', async () => {
  const run = createClientRun(info, callback => callback())
  for (const event of [...events.slice(0, 3), ...events])
    run.apply(event)
  await run.screen.settled()
  expect(screenText(run.screen.lines())).toBe('one\ntwo')
  expect(run.state.value).toEqual(foldRun(events))
})

it('draws what comes after a snapshot, whose state may be ahead of its screen', async () => {
  const run = createClientRun(info, callback => callback())
  run.reset(foldRun(events), 'one\r\n', 2)
  await run.draw(bytes('one\r\n'), 2, 100)
  await run.draw(bytes('two\r\n'), 3, 200)
  run.apply(events[4]!)
  expect(screenText(run.screen.lines())).toBe('one\ntwo')
  expect(run.state.value.phases).toHaveLength(2)
  expect(run.seq).toBe(5)
})

it('refreshes at most once a frame', () => {
  const frames: (() => void)[] = []
  const run = createClientRun(info, callback => void frames.push(callback))
  for (const event of events)
    run.apply(event)
  expect(frames).toHaveLength(1)
})

it('tells what its screen shows, anew once a frame', async () => {
  const frames: (() => void)[] = []
  const run = createClientRun(info, callback => void frames.push(callback))
  const shown: string[] = []
  watch(run.lines, lines => void shown.push(screenText(lines)), { flush: 'sync' })
  await run.draw(bytes('one\r\n'), 1, 0)
  await run.draw(bytes('two'), 2, 0)
  expect(shown).toEqual([])
  frames.splice(0).forEach(frame => frame())
  expect(shown).toEqual(['one\ntwo'])
})

it('counts the length of what it draws as the log does', async () => {
  const run = createClientRun(info, callback => callback())
  await run.draw(bytes('one\r\n'), 2, 100)
  await run.draw(bytes('two\r\n'), 3, 200)
  await run.draw(bytes('two\r\n'), 3, 200)
  expect(run.state.value).toMatchObject({ outputLength: foldRun(events.slice(0, 3)).outputLength, seq: 3, at: 200 })
})

it('starts over from a newer snapshot', async () => {
  const run = createClientRun(info, callback => callback())
  run.apply(events[0]!)
  run.reset(Object.assign(emptyRun(), { phase: 'ready' as const, seq: 90 }), 'far', 90)
  await run.screen.settled()
  expect(screenText(run.screen.lines())).toBe('far')
})
