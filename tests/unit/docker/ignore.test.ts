import { expect, it } from 'vitest'
import { parseIgnore } from '../../../runners/docker/ignore.ts'

it.for<[string, string[], string[]]>([
  ['secret', ['secret', 'secret/key'], ['secrets', 'a/secret']],
  ['/secret/', ['secret', 'secret/key'], ['a/secret']],
  ['./a/../secret', ['secret'], ['a']],
  ['*.log', ['a.log'], ['a/b.log', 'a.logs']],
  ['**/*.log', ['a.log', 'a/b/c.log'], ['a.txt']],
  ['a/**', ['a/b', 'a/b/c'], ['a', 'b']],
  ['?.txt', ['a.txt'], ['ab.txt', '/.txt']],
  ['[ab].txt', ['a.txt', 'b.txt'], ['c.txt']],
  ['[a.txt', ['[a.txt'], ['a.txt']],
  ['a+b(c)', ['a+b(c)'], ['aab(c)']],
  ['\\*.txt', ['*.txt'], ['a.txt']],
  ['# a comment\n\n.\nsecret', ['secret'], ['# a comment', 'a']],
  ['\uFEFFsecret\r\nother', ['secret', 'other'], []],
  ['*\n!keep', ['a', 'keeper'], ['keep', 'keep/a']],
  ['!keep\n*', ['a', 'keep'], []],
  ['a\n!a/keep\na/keep/not', ['a/b', 'a/keep/not'], ['a/keep', 'a/keep/b']],
])('of a context, %j leaves out %j and not %j', ([text, out, kept]) => {
  const ignores = parseIgnore(text)
  expect(out.filter(path => !ignores(path))).toEqual([])
  expect(kept.filter(ignores)).toEqual([])
})
