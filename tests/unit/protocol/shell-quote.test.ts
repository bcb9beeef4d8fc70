import { expect, it } from 'vitest'
import { quote, quoteIfNeeded } from '../../../runners/protocol/shell-quote.ts'

it.each([
  ['talk.md', `'talk.md'`, 'talk.md'],
  [`it's`, `'it'\\''s'`, `'it'\\''s'`],
  ['*', `'*'`, `'*'`],
  ['a b', `'a b'`, `'a b'`],
  ['$HOME', `'$HOME'`, `'$HOME'`],
  ['~', `'~'`, `'~'`],
  ['', `''`, `''`],
  ['--port=80', `'--port=80'`, '--port=80'],
])('%j is quoted as %s, and written as %s', (word, quoted, written) => {
  expect(quote(word)).toBe(quoted)
  expect(quoteIfNeeded(word)).toBe(written)
})
