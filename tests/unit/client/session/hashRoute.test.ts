import { expect, it } from 'vitest'
import { toHashRoute } from '../../../../client/session/hashRoute.ts'

it.each([
  ['/presenter/3', '', '', '/', '/#/presenter/3'],
  ['/2', '?clicks=1', '', '/', '/#/2?clicks=1'],
  ['/talk/presenter/1', '', '', '/talk/', '/talk/#/presenter/1'],
  ['/', '', '', '/', '/'],
  ['/', '', '#/2?clicks=1', '/', '/#/2?clicks=1'],
  ['/presenter/1', '', '#/2', '/', '/presenter/1#/2'],
])('%s%s%s below %s is %s', (pathname, search, hash, base, expected) => {
  expect(toHashRoute({ pathname, search, hash }, base)).toBe(expected)
})
