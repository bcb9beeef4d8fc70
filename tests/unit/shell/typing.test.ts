import type { Payload } from '../../../runners/protocol/event.ts'
import { expect, it } from 'vitest'
import { createTypist } from '../../../runners/shell/typing.ts'

function start(lines: string[]) {
  const written: string[] = []
  const emitted: Payload[] = []
  const typist = createTypist(
    { write: data => written.push(data), onData: () => {} },
    { emit: payload => emitted.push(payload), signal: new AbortController().signal },
  )
  return { typist, written, emitted, done: typist.type(lines) }
}

it('while it types, the presenter\'s keys wait, and the terminal\'s own answers do not', async () => {
  const { typist, written, done } = start(['ls'])
  typist.input('x')
  typist.input('\x1B[1;1R')
  typist.input('y')
  expect(written).toEqual(['\x1B[1;1R'])
  typist.input('\x03')
  await done
  expect(written).toEqual(['\x1B[1;1R', '\x03', 'xy'])
})

it('is over at an interrupt, and lets all keys through then', async () => {
  const { typist, written, emitted, done } = start(['ls', 'pwd'])
  typist.input('\x03')
  await done
  typist.input('x')
  expect(written).toEqual(['\x03', '', 'x'])
  expect(emitted).toEqual([
    { type: 'progress', label: 'typing', done: 0, total: 2 },
    { type: 'progress', label: 'typing', done: 2, total: 2 },
  ])
})
