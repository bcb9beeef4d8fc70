import type { KeyTarget } from '../../../../client/step/keys.ts'
import type { Phase } from '../../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { computed } from 'vue'
import { createClientRun } from '../../../../client/session/clientRun.ts'
import { createAgain, createAgainSlot } from '../../../../client/step/again.ts'
import { chooseTarget, createStepKeys } from '../../../../client/step/keys.ts'
import { emptyRun } from '../../../../runners/protocol/fold.ts'

interface Options { n?: number, phase?: Phase | 'idle', active?: boolean, current?: boolean }

const infoOf = (n: number) => ({ n, step: 's', mode: 'live' as const, startedAt: 0, cols: 20, rows: 4 })

/** A step on a slide, and what the keys made it do. */
function target(name: string, done: string[], { n = 0, phase = 'idle', active = false, current = true }: Options = {}): KeyTarget {
  const run = n ? createClientRun(infoOf(n)) : undefined
  return {
    client: {
      run: computed(() => run),
      active: computed(() => active),
      state: computed(() => ({ ...emptyRun(), phase })),
      start: () => void done.push(`start ${name}`),
      again: async () => void done.push(`again ${name}`),
    },
    element: () => ({ contains: other => other as unknown === name }),
    isCurrent: () => current,
  }
}

function press(source: EventTarget, key: string, options: Partial<KeyboardEvent> = {}): Event {
  const event = Object.assign(new Event('keydown', { cancelable: true }), { key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...options })
  source.dispatchEvent(event)
  return event
}

it('mean the focused step, else the first that has not run, else the first that failed, else the only one', () => {
  const done: string[] = []
  const [ran, fresh, failed] = [target('ran', done, { n: 1, phase: 'exited' }), target('fresh', done), target('failed', done, { n: 2, phase: 'failed' })]
  expect(chooseTarget([ran, fresh, failed], 'ran' as never)).toBe(ran)
  expect(chooseTarget([ran, failed, fresh], null)).toBe(fresh)
  expect(chooseTarget([ran, failed], null)).toBe(failed)
  expect(chooseTarget([ran], null)).toBe(ran)
  expect(chooseTarget([ran, target('other', done, { n: 3, phase: 'exited' })], null)).toBeUndefined()
  expect(chooseTarget([target('busy', done, { n: 1, phase: 'running', active: true })], null)).toBeUndefined()
})

it('start a step of the slide that is shown', () => {
  const done: string[] = []
  const source = new EventTarget()
  const add = createStepKeys({ again: createAgainSlot(), source, focused: () => null })
  add(target('elsewhere', done, { current: false }))
  const remove = add(target('here', done))
  expect(press(source, 'r').defaultPrevented).toBe(true)
  press(source, 'Enter', { ctrlKey: true })
  expect(done).toEqual(['start here', 'start here'])
  for (const options of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { repeat: true }])
    press(source, 'r', options)
  press(source, 'Enter')
  remove()
  press(source, 'r')
  expect(done).toHaveLength(2)
})

it('show the last run of the slide again', () => {
  const done: string[] = []
  const source = new EventTarget()
  const add = createStepKeys({ again: createAgainSlot(), source, focused: () => null })
  add(target('early', done, { n: 1, phase: 'exited' }))
  add(target('late', done, { n: 4, phase: 'exited' }))
  add(target('never', done))
  press(source, 'a')
  expect(done).toEqual(['again late'])
})

it('end with Escape what is shown again', () => {
  const source = new EventTarget()
  const again = createAgainSlot()
  createStepKeys({ again, source, focused: () => null })(target('a', []))
  const header = { step: 's', hash: '', recordedAt: '', engines: {}, images: {}, durationMs: 0, phase: 'exited' as const, expectations: [] }
  again.show(createAgain({ header, cols: 20, rows: 4, events: [] }, infoOf(1), { schedule: () => {} }))
  press(source, 'Escape')
  expect(again.current.value).toBeUndefined()
})

it('are letters where text is typed', () => {
  const done: string[] = []
  const source = Object.assign(new EventTarget(), { tagName: 'INPUT', type: 'text' })
  createStepKeys({ again: createAgainSlot(), source, focused: () => null })(target('a', done))
  press(source, 'r')
  source.type = 'range'
  press(source, 'r')
  expect(done).toEqual(['start a'])
})
