import { expect, it } from 'vitest'
import { drawingsOf } from '../../../runners/deck/drawings.ts'

it.each([
  [{}, undefined],
  [{ drawings: { persist: false } }, undefined],
  [{ drawings: { persist: true } }, { dir: '/talks/.slidev/drawings/talk', width: 980, height: 551 }],
  [{ drawings: { persist: 'ink' }, canvasWidth: 800, aspectRatio: '4/3' }, { dir: '/talks/ink', width: 800, height: 600 }],
  [{ drawings: { persist: true }, aspectRatio: 'wide' }, { dir: '/talks/.slidev/drawings/talk', width: 980, height: 551 }],
  [{ drawings: { persist: '../elsewhere' } }, undefined],
  [{ drawings: { persist: '/elsewhere' } }, undefined],
])('of %j are %j', (headmatter, expected) => {
  expect(drawingsOf(headmatter, '/talks', 'talk')).toEqual(expected)
})
