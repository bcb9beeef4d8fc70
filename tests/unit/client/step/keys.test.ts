import type { KeyTarget } from '../../../../client/step/keys.ts'
import type { Phase } from '../../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { computed } from 'vue'
import { createClientRun } from '../../../../client/session/clientRun.ts'
import { createAgain, createAgainSlot } from '../../../../client/step/again.ts'
import { chooseRecorded, chooseTarget, createStepKeys } from '../../../../client/step/keys.ts'
import { emptyRun } from '../../../../runners/protocol/fold.ts'

interface Options {
  n?: number
  phase?: Phase | 'idle'
  active?: boolean
  current?: boolean
  rescuable?: boolean
  next?: boolean
}

const infoOf = (n: number) => ({ n, step: 's', mode: 'live' as const, startedAt: 0, cols: 20, rows: 4 })

/** A step on a slide, and what the keys made it do. */
function target(name: string, done: string[], { n = 0, phase = 'idle', active = false, current = true, rescuable = false, next = false }: Options = {}): KeyTarget {
  const run = n ? createClientRun(infoOf(n)) : undefined
  return {
    client: {
      run: computed(() => run),
      active: computed(() => active),
      state: computed(() => ({ ...emptyRun(), phase })),
      start: () => void done.push(`start ${name}`),
      again: async () => void done.push(`again ${name}`),
      rescuable: computed(() => rescuable),
      takeRecording: () => void done.push(`recording ${name}`),
    },
    element: () => ({ contains: other => other as unknown === name }),
    isCurrent: () => current,
    isNext: () => next,
  }
}

function press(source: EventTarget, key: string, options: Partial<KeyboardEvent> = {}): Event {
  const event = Object.assign(new Event('keydown', { cancelable: true }), { key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...options })
  source.dispatchEvent(event)
  return event
}

it('run the focused step, else the last that ran if it failed, else the first that has not run, else the last', () => {
  const done: string[] = []
  const ran = target('ran', done, { n: 1, phase: 'exited' })
  const failed = target('failed', done, { n: 2, phase: 'failed' })
  const other = target('other', done, { n: 3, phase: 'exited' })
  const fresh = target('fresh', done)
  expect(chooseTarget([ran, fresh, failed], 'ran' as never)).toBe(ran)
  expect(chooseTarget([ran, fresh, failed], null)).toBe(failed)
  expect(chooseTarget([ran, failed, other, fresh], null)).toBe(fresh)
  expect(chooseTarget([ran, failed, other], null)).toBe(other)
  expect(chooseTarget([target('busy', done, { n: 1, phase: 'running', active: true })], null)).toBeUndefined()
})

it('take the recording of the focused step, else of the last that ran, else of the first', () => {
  const done: string[] = []
  const [fresh, ran] = [target('fresh', done), target('ran', done, { n: 1, phase: 'exited' })]
  expect(chooseRecorded([fresh, ran], 'fresh' as never)).toBe(fresh)
  expect(chooseRecorded([fresh, ran], null)).toBe(ran)
  expect(chooseRecorded([fresh, target('other', done)], null)).toBe(fresh)
  const source = new EventTarget()
  createStepKeys({ again: createAgainSlot(), source, focused: () => null }).add(ran)
  press(source, 'p')
  press(source, 'p', { ctrlKey: true })
  expect(done).toEqual(['recording ran'])
})

it('of the clicker take the recording of what failed last, once, and of nothing that came to its end', () => {
  const done: string[] = []
  const rescueOf = (...targets: KeyTarget[]): boolean => {
    const keys = createStepKeys({ again: createAgainSlot(), source: new EventTarget(), focused: () => null })
    targets.forEach(keys.add)
    return keys.rescue()
  }
  const failed = { phase: 'failed', rescuable: true } as const
  expect(rescueOf(target('a', done, { n: 1, phase: 'exited' }), target('b', done, { n: 2, ...failed }))).toBe(true)
  // It could not even be started.
  expect(rescueOf(target('refused', done, { rescuable: true }))).toBe(true)
  expect(done.splice(0)).toEqual(['recording b', 'recording refused'])
  expect(rescueOf(target('a', done, { n: 1, ...failed }), target('b', done, { n: 2, phase: 'exited' }))).toBe(false)
  expect(rescueOf(target('a', done, { n: 1, ...failed, current: false }))).toBe(false)
  expect(rescueOf(target('place', done, { n: 1, ...failed, next: true }))).toBe(false)
  expect(rescueOf()).toBe(false)
  expect(done).toEqual([])
})

it('start a step of the slide that is shown', () => {
  const done: string[] = []
  const source = new EventTarget()
  const { add } = createStepKeys({ again: createAgainSlot(), source, focused: () => null })
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

it('start together what races on the slide', () => {
  const done: string[] = []
  const source = new EventTarget()
  const { add, addRace, startRace } = createStepKeys({ again: createAgainSlot(), source, focused: () => null })
  add({ ...target('a', done), id: 'a' })
  const race = { steps: ['a', 'b'], isCurrent: () => true, start: () => void done.push('race') }
  addRace({ ...race, steps: ['a'], isCurrent: () => false })
  const end = addRace(race)
  press(source, 'r')
  expect([startRace('b'), startRace('c'), startRace(undefined)]).toEqual([true, false, false])
  end()
  press(source, 'r')
  expect(done).toEqual(['race', 'race', 'start a'])
})

it('show the last run of the slide again', () => {
  const done: string[] = []
  const source = new EventTarget()
  const { add } = createStepKeys({ again: createAgainSlot(), source, focused: () => null })
  add(target('early', done, { n: 1, phase: 'exited' }))
  add(target('late', done, { n: 4, phase: 'exited' }))
  add(target('never', done))
  press(source, 'a')
  expect(done).toEqual(['again late'])
})

it('end with Escape what is shown again', () => {
  const source = new EventTarget()
  const again = createAgainSlot()
  createStepKeys({ again, source, focused: () => null }).add(target('a', []))
  const header = { step: 's', hash: '', recordedAt: '', engines: {}, images: {}, durationMs: 0, phase: 'exited' as const, expectations: [] }
  again.show(createAgain({ header, cols: 20, rows: 4, events: [] }, infoOf(1), { schedule: () => {} }))
  press(source, 'Escape')
  expect(again.current.value).toBeUndefined()
})

it('are letters where text is typed', () => {
  const done: string[] = []
  const source = Object.assign(new EventTarget(), { tagName: 'INPUT', type: 'text' })
  createStepKeys({ again: createAgainSlot(), source, focused: () => null }).add(target('a', done))
  press(source, 'r')
  source.type = 'range'
  press(source, 'r')
  expect(done).toEqual(['start a'])
})
