import { expect, it } from 'vitest'
import { markLine, spanStyle, widthOf } from '../../../../client/terminal/marks.ts'

it('marks what a pattern matches across spans and keeps the text', () => {
  const marked = markLine([{ text: 'PID 1 ', fg: 'ansi-2' }, { text: 'sh' }], [{ source: '1 s', flags: '' }])
  expect(marked.map(s => s.text)).toEqual(['PID ', '1 ', 's', 'h'])
  expect(marked.map(s => !!s.marked)).toEqual([false, true, true, false])
  expect(marked[1]!.fg).toBe('ansi-2')
})

it('ignores a mark that matches nothing or the empty text', () => {
  const line = [{ text: 'abc' }]
  expect(markLine(line, [{ source: 'x*', flags: '' }])).toBe(line)
})

it('counts two cells for a Japanese character', () => {
  expect(widthOf([{ text: 'ab' }, { text: '日本' }])).toBe(6)
})

it('swaps the colours of inverse text', () => {
  expect(spanStyle({ text: '', fg: 'ansi-1', inverse: true }, {})).toEqual({ color: 'var(--kb-screen-bg)', backgroundColor: 'var(--kb-ansi-1)' })
})
