import { expect, it } from 'vitest'
import { distance, nearest, suggestion } from '../../../runners/protocol/suggest.ts'

it.each([['run', 'run', 0], ['rnu', 'run', 1], ['runn', 'run', 1], ['', 'run', 3], ['build', 'bulid', 1], ['exec', 'apply', 5]])('from %j to %j it is %i', (a, b, n) => {
  expect(distance(a, b)).toBe(n)
})

it('takes the nearest word for what is meant, whatever its case, and none that is far', () => {
  expect(nearest('TIMEUOT', ['title', 'timeout'])).toBe('timeout')
  expect(nearest('xyz', ['title', 'timeout'])).toBeUndefined()
  expect(suggestion('nexd', ['click', 'next'])).toBe('Did you mean next?')
  expect(suggestion('tap', ['click', 'next'])).toBe('Allowed: click, next.')
})
