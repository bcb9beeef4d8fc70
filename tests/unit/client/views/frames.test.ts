import type { ClientRun } from '../../../../client/session/clientRun.ts'
import type { Payload } from '../../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { shallowReactive } from 'vue'
import { createClientRun } from '../../../../client/session/clientRun.ts'
import { createRecordings } from '../../../../client/session/recordings.ts'
import { textsOf } from '../../../../client/texts.ts'
import { isBusy, liveFrame, printedFrames, withNeeds } from '../../../../client/views/frames.ts'
import { screenText } from '../../../../runners/protocol/screen.ts'
import { deckInfo, recordingText } from '../_deck.ts'

const { steps } = deckInfo([['a', { print: [{ type: 'start' }, { type: 'end' }] }], ['b', { needs: ['a'], title: 'Second' }], ['c', { needs: ['b'] }]])

function runOf(n: number, step: string, startedAt: number, ...events: [at: number, payload: Payload][]): ClientRun {
  const run = createClientRun({ n, step, mode: 'live', startedAt, cols: 20, rows: 4 }, callback => callback())
  events.forEach(([at, payload], i) => run.apply({ ...payload, at, seq: i + 1 }))
  return run
}

function sessionOf(...all: ClientRun[]) {
  return { allRuns: shallowReactive(all), runs: shallowReactive(new Map(all.map(run => [run.info.value.step, run]))) }
}

const running: [number, Payload] = [0, { type: 'phase', phase: 'running' }]

it('shows what steps need before them, once', () => {
  expect(withNeeds(['c'], steps)).toEqual(['c', 'b', 'a'])
  expect(withNeeds(['a', 'b', 'missing'], steps)).toEqual(['a', 'b', 'missing'])
})

it('shows all runs of the session, and of a recording that was only shown what belongs to the slide', () => {
  const session = sessionOf(runOf(1, 'a', 1000, running), runOf(0, 'b', 500, running), runOf(0, 'c', 500, running))
  const { runs, clock } = liveFrame(session, { steps, recorded: ['b'] }, undefined, 3000)
  expect(runs.map(run => [run.step, run.title, run.at])).toEqual([['a', 'a', 2000], ['b', 'Second', 0]])
  expect(clock).toBe(3000)
})

it('shows the last run of each step that it names, in that order', () => {
  const session = sessionOf(runOf(1, 'a', 0, running), runOf(2, 'b', 0, running), runOf(3, 'a', 50, running))
  const { runs } = liveFrame(session, { steps, named: ['b', 'a'], recorded: ['b', 'a'] }, undefined, 100)
  expect(runs.map(run => [run.step, run.startedAt])).toEqual([['b', 0], ['a', 50]])
})

it('lets time go on while something runs, or until it is ready', () => {
  const ready = sessionOf(runOf(1, 'a', 0, running, [5, { type: 'phase', phase: 'ready' }]))
  expect([isBusy(ready, undefined, false), isBusy(ready, undefined, true), isBusy(ready, ['b'], false)]).toEqual([true, false, false])
  expect(isBusy(sessionOf(runOf(0, 'a', 0, running)), undefined, false)).toBe(false)
})

it('prints each moment of the first step of its slide that has several, with what else there is', async () => {
  const load = createRecordings({ a: async () => recordingText('a', 'one'), b: async () => recordingText('b', 'two') })
  const frames = await printedFrames({ steps, recorded: ['a', 'b', 'c'] }, 1, load, textsOf('en'))
  expect(frames.map(({ caption }) => caption)).toEqual(['at the start', 'at the end (0.1 s)'])
  expect(frames.map(({ runs }) => runs.map(run => screenText(run.lines())))).toEqual([['', 'two'], ['one', 'two']])
})
