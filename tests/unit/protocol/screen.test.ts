import type { LogEvent } from '../../../runners/protocol/event.ts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { condense } from '../../../runners/protocol/condense.ts'
import { createScreen, plainText, screenAt, screenText } from '../../../runners/protocol/screen.ts'

async function drawn(data: string, cols = 20, rows = 4) {
  const screen = createScreen({ cols, rows })
  screen.write(data)
  await screen.settled()
  return screen
}

it('shows the last rows, without trailing blanks', async () => {
  const screen = await drawn('1\r\n2\r\n3  \r\n4\r\n5', 20, 4)
  expect(screen.lines()).toEqual([[{ text: '2' }], [{ text: '3' }], [{ text: '4' }], [{ text: '5' }]])
})

it('keeps a wide character in one span of its own kind', async () => {
  const screen = await drawn('aコンテナb')
  expect(screen.lines()[0]).toEqual([{ text: 'a' }, { text: 'コンテナ', wide: true }, { text: 'b' }])
})

it('names the first 16 colours and writes the others as CSS', async () => {
  const screen = await drawn('\x1B[31;1ma\x1B[0;38;5;196mb\x1B[0;48;2;1;2;3mc\x1B[0;7md\x1B[0;8mx\x1B[0me', 20)
  expect(screen.lines()[0]).toEqual([
    { text: 'a', fg: 'ansi-1', bold: true },
    { text: 'b', fg: 'rgb(255 0 0)' },
    { text: 'c', bg: '#010203' },
    { text: 'd', inverse: true },
    { text: ' e' },
  ])
})

it('keeps a coloured blank at the end of a row', async () => {
  const screen = await drawn('a\x1B[41m  \x1B[0m   ')
  expect(screen.lines()[0]).toEqual([{ text: 'a' }, { text: '  ', bg: 'ansi-1' }])
})

it('gives the text of scrollback and screen with wrapped rows rejoined', async () => {
  const screen = await drawn('one two three\r\n\r\nfour\r\nfive\r\n', 5, 2)
  expect(plainText(screen)).toBe('one two three\n\nfour\nfive')
})

it('answers a query only to whom asked for the answers', async () => {
  const replies: string[] = []
  const screen = createScreen({ cols: 10, rows: 2, onReply: reply => replies.push(reply) })
  screen.write('ab\x1B[6n\x1B[c\x1BP$qm\x1B\\')
  await screen.settled()
  expect(replies).toEqual(['\x1B[1;3R', '\x1B[?1;2c', '\x1BP1$r0m\x1B\\'])
})

it('restores a screen from its snapshot and names the last event in it', async () => {
  const screen = createScreen({ cols: 12, rows: 3 })
  screen.write('\x1B[32mgreen\r\n', 1)
  screen.write('日本\x1B[0m text', 2)
  const { ansi, seq } = await screen.snapshot()
  expect(seq).toBe(2)
  expect((await drawn(ansi, 12, 3)).lines()).toEqual(screen.lines())
})

it('restores a screen amid a sequence, as text and as bytes', async () => {
  const TEXT = 'a\x1B[1;31mred\x1B[0m\x1B(B\x1B[1 qend\x1B[?25h'
  for (let cut = 0; cut <= TEXT.length; cut++) {
    for (const start of [TEXT.slice(0, cut), new TextEncoder().encode(TEXT.slice(0, cut))]) {
      const screen = createScreen({ cols: 20, rows: 1 })
      screen.write(start)
      const { ansi } = await screen.snapshot()
      expect((await drawn(ansi + TEXT.slice(cut), 20, 1)).lines()).toEqual([[{ text: 'a' }, { text: 'red', fg: 'ansi-1', bold: true }, { text: 'end' }]])
    }
  }
})

it('takes bytes cut inside a character', async () => {
  const screen = createScreen({ cols: 10, rows: 1 })
  const bytes = new TextEncoder().encode('日本')
  screen.write(bytes.slice(0, 4))
  screen.write(bytes.slice(4))
  await screen.settled()
  expect(screenText(screen.lines())).toBe('日本')
})

it('shows a log at a moment', async () => {
  const events: LogEvent[] = [
    { seq: 1, at: 0, type: 'output', data: 'a long line\r\n' },
    { seq: 2, at: 10, type: 'resize', cols: 5, rows: 2 },
    { seq: 3, at: 20, type: 'output', data: 'after' },
  ]
  expect(screenText(await screenAt({ cols: 20, rows: 2, events }, 15))).toBe('e')
  expect(screenText(await screenAt({ cols: 20, rows: 2, events }))).toBe('e\nafter')
})

it('condenses a long output to what its end depends on', async () => {
  const piece = fc.constantFrom('a', '日', '\r\n', '\r\n', '\r', '\n', '\t', '\b', '\x1B[31m', '\x1B[1;44m', '\x1B[0m', '\x1B[m', '\x1B[K', 'long words here', '\x1B[2J', '\x1B[A', '\x1B7', '\x1B8')
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 120 }), fc.integer({ min: 4, max: 6 }), async (pieces, lines) => {
      const text = pieces.join('')
      // A blank row in the scrollback is beyond what is compared: only the screen's 4 rows and `lines` more are
      // promised.
      expect((await drawn(condense(text, lines), 8, 4)).lines()).toEqual((await drawn(text, 8, 4)).lines())
    }),
    { numRuns: 300 },
  )
})

it('draws the end of 10 MB of output much faster than all of it', async () => {
  const line = '\x1B[32m2026-11-24\x1B[0m some words of a log 0123456789 abcdefghijklmnopqrstuvwxyz\r\n'
  const events: LogEvent[] = Array.from({ length: 2500 }, (_, i) => ({ seq: i + 1, at: i, type: 'output', data: line.repeat(53) }))
  const size = events.length * line.length * 53
  const began = performance.now()
  const lines = await screenAt({ cols: 80, rows: 12, events })
  const took = performance.now() - began
  console.log(`screen at the end of ${(size / 1e6).toFixed(1)} MB: ${took.toFixed(0)} ms, ${(took / 200).toFixed(2)} of the budget`)
  expect(lines).toHaveLength(12)
  expect(took).toBeLessThan(2000)
})
