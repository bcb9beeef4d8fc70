import { expect, it } from 'vitest'
import { showBox } from '../../../../runners/cli/io/say.ts'

const TEXT = `http://127.0.0.1:3030/#t=${'x'.repeat(43)}\n\nCtrl-C ends the talk.`

/** What a terminal of so many columns gets. */
function shownAt(columns: number, isTTY = true): string {
  let written = ''
  const terminal = { isTTY, columns, write: (text: string) => written += text }
  showBox(TEXT, terminal as unknown as NodeJS.WriteStream)
  return written
}

it('draws a box in a terminal with room for it', () => {
  expect(shownAt(80).split('\n')[0]).toMatch(/^┌─+┐$/)
})

it.each([['a terminal that says it has no columns', 0, true], ['a narrow terminal', 60, true], ['a pipe', 80, false]])('writes the lines whole to %s', (_, columns, isTTY) => {
  expect(shownAt(columns, isTTY)).toBe(`${TEXT}\n`)
})
