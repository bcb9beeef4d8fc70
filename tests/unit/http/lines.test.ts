import { expect, it } from 'vitest'
import { toFault } from '../../../runners/http/faults.ts'
import { formatBody, formatCounts, formatLine } from '../../../runners/http/lines.ts'
import { wordsOf } from '../../../runners/http/words.ts'

const colors: Record<string, string> = { green: '\x1B[32m', yellow: '\x1B[33m', red: '\x1B[31m' }

it.for([
  [0, 'red'],
  [199, 'green'],
  [200, 'green'],
  [299, 'green'],
  [300, 'yellow'],
  [399, 'yellow'],
  [400, 'red'],
  [503, 'red'],
] as const)('the status %i is %s', ([status, color]) => {
  expect(formatLine({ n: 1, of: 1, status, text: 'word', ms: 4 })).toBe(`#1  ${colors[color]}${status || ''}${status ? ' ' : ''}word\x1B[0m  4 ms\r\n`)
})

it('the lines of many requests stand in columns, and none took no time', () => {
  expect(formatLine({ n: 7, of: 12, status: 200, text: 'OK', ms: 0.2, note: 'a\x1Bb' })).toBe(`#7   ${colors.green}200 OK\x1B[0m    1 ms  a^[b\r\n`)
})

it('those who answered are counted, the most frequent first', () => {
  expect(formatCounts(new Map([['a', 2], ['b', 10]]))).toBe('10 × b\r\n 2 × a\r\n')
})

it.for([
  ['', 0, false, ''],
  ['one\ntwo\n', 8, false, 'one\r\ntwo\r\n'],
  ['\x1B[2J', 4, false, '^[[2J\r\n'],
  ['a\0b', 3, false, '(3 bytes that are no text)\r\n'],
  ['abc', 10, false, 'abc\r\n… and 7 bytes more\r\n'],
  ['abc', 10, true, 'abc\r\n… and more than 7 bytes more\r\n'],
] as const)('a body of %j and %i bytes (cut: %s) stands as %j', ([text, length, cut, shown]) => {
  expect(formatBody({ body: Buffer.from(text), length, cut })).toBe(shown)
})

it('what is ours in a body is in the language of the deck', () => {
  const words = wordsOf('ja')
  expect(formatBody({ body: Buffer.from('a\0b'), length: 3, cut: false }, words)).toBe('（テキストではない 3 バイト）\r\n')
  expect(formatBody({ body: Buffer.from('abc'), length: 10, cut: true }, words)).toBe('abc\r\n… 残り 7 バイト以上\r\n')
  const english = ['ECONNREFUSED', 'ENOTFOUND', 'EPIPE', 'EHOSTUNREACH', 'EPROTO', 'CERT_HAS_EXPIRED'].map(code => toFault(Object.assign(new Error('x'), { code }), 'h').word)
  expect([...english, toFault(new Error('x'), 'h', 1000).word].filter(word => !words.faults[word])).toEqual([])
})

it('a body that is cut within a character is text, a whole one is not', () => {
  const body = Buffer.from('é').subarray(0, 1)
  expect(formatBody({ body, length: 2, cut: false })).toContain('1 bytes more')
  expect(formatBody({ body, length: 1, cut: false })).toContain('no text')
})
