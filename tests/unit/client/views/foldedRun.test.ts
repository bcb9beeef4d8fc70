import { expect, it } from 'vitest'
import { ageText, livingObjects } from '../../../../client/views/foldedRun.ts'
import { container, runOf } from './_runs.ts'

it('takes the newer of two with the same name, as recordings of two days have them', () => {
  const old = runOf(0, [1, container('web')])
  const { state } = runOf(0, [1, container('web')])
  state.resources = { 'container/other': { ...state.resources['container/id-web']!, ref: { kind: 'container', id: 'other', name: 'web' } } }
  expect(livingObjects([{ startedAt: 1000, state }, old], 'container').map(c => c.id)).toEqual(['other'])
})

it('rounds an age as docker does', () => {
  expect([4000, 180_000, 8_000_000].map(ms => ageText(ms))).toEqual(['4s', '3m', '2h'])
})
