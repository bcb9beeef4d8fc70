import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createWaiting } from '../../../../runners/cli/process/waiting.ts'

function outputOf(isTTY: boolean): { to: NodeJS.WriteStream, text: () => string } {
  const to = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream
  return { to, text: () => String((to as unknown as PassThrough).read() ?? '') }
}

it('draws how far it is, and takes the bar away', () => {
  const { to, text } = outputOf(true)
  const waiting = createWaiting(to, () => 0)
  waiting.tell('b runs', 1, 2)
  const drawn = text()
  expect(drawn.startsWith('\r\x1B[K')).toBe(true)
  expect(drawn).toMatch(/K\S{24} {2}1\/2 {2}b runs$/)
  waiting.end()
  expect(text()).toBe('\r\x1B[K')
})

it('tells the time of what is slow', () => {
  const { to, text } = outputOf(true)
  let now = 0
  const waiting = createWaiting(to, () => now)
  waiting.tell('an image', 0, 100)
  now = 5000
  waiting.tell('an image', 40, 100)
  waiting.end()
  expect(text()).toContain('40/100  an image  5 s')
})

it('says each stage once, on a line, where there is no terminal', () => {
  const { to, text } = outputOf(false)
  const waiting = createWaiting(to)
  waiting.tell('a runs', 0, 2)
  waiting.tell('a runs', 0, 2)
  waiting.tell('b runs', 1, 2)
  waiting.end()
  expect(text()).toBe('a runs (1 of 2)\nb runs (2 of 2)\n')
})
