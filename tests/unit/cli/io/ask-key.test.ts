import type { KeySource } from '../../../../runners/cli/io/ask-key.ts'
import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { askKey } from '../../../../runners/cli/io/ask-key.ts'

/** Asks at a terminal at which these keys are typed, one after the other; what was shown, and how the terminal was. */
async function asked(...typed: string[]): Promise<{ answer: string, shown: string, modes: boolean[] }> {
  const modes: boolean[] = []
  const events = new EventEmitter()
  const input = Object.assign(events, {
    setRawMode: (mode: boolean) => void modes.push(mode),
    pause: () => {},
    resume: () => void queueMicrotask(() => {
      const key = typed.shift()
      events.emit(key === undefined ? 'end' : 'data', Buffer.from(key ?? ''))
    }),
  }) as unknown as KeySource
  let shown = ''
  const output = { write: (text: string) => !!(shown += text) } as Pick<NodeJS.WriteStream, 'write'>
  const answer = await askKey(output, { question: 'Run? ', keys: { p: async () => void (shown += 'PLAN ') } }, input)
  return { answer, shown, modes }
}

it.each([
  ['y', 'yes'],
  ['Y', 'yes'],
  ['n', 'no'],
  ['\r', 'no'],
  ['\x1B', 'no'],
  ['\x03', 'interrupted'],
])('takes the key %j as %s', async (key, answer) => {
  expect(await asked(key)).toMatchObject({ answer, modes: [true, false] })
})

it('shows what a key shows, and asks again', async () => {
  const { answer, shown, modes } = await asked('p', 'y')
  expect({ answer, shown }).toEqual({ answer: 'yes', shown: 'Run? \nPLAN Run? Yes\n' })
  expect(modes).toEqual([true, false, true, false])
})

it.each(['x', 'yes', 'toString', '\x1B[A'])('asks again at %j, which decides nothing', async (key) => {
  expect(await asked(key, 'n')).toMatchObject({ answer: 'no', shown: 'Run? \nRun? No\n' })
})

it('takes a terminal that is gone for no answer', async () => {
  expect(await asked()).toMatchObject({ answer: 'interrupted' })
})
