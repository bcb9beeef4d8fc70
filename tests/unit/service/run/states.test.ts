import { describe, expect, it } from 'vitest'
import { createStates } from '../../../../runners/service/run/states.ts'
import { step } from '../../../_session.ts'

const a = step('a')
const b = step('b')
const c = step('c')

/** A run of a step that passes: it finds what was left, and leaves `left`. */
function pass(states: ReturnType<typeof createStates>, of: typeof a, left: string): string | undefined {
  const found = states.find(of)
  states.keep(of, left)
  return found
}

describe('what a block finds in its shell', () => {
  it('is what the last one of the shell left, and nothing at the start', () => {
    const states = createStates()
    expect([pass(states, a, 'A'), pass(states, b, 'B'), states.find(step('other', { shell: 'other' }))]).toEqual([undefined, 'A', undefined])
  })

  it('is the same when it runs again', () => {
    const states = createStates()
    pass(states, a, 'A')
    pass(states, b, 'B')
    pass(states, c, 'C')
    expect([pass(states, a, 'A2'), pass(states, b, 'B2')]).toEqual([undefined, 'A'])
    // What came after them builds on their first runs.
    expect(states.find(step('d'))).toBe('C')
  })

  it('is what the last one left anew, where nothing came after it', () => {
    const states = createStates()
    pass(states, a, 'A')
    pass(states, a, 'A2')
    expect(states.find(b)).toBe('A2')
  })

  it('passes a block that failed', () => {
    const states = createStates()
    pass(states, a, 'A')
    states.find(b)
    states.fail(b)
    pass(states, c, 'C')
    expect(states.find(b)).toBe('C')
  })

  it('stays as it was where a block fails that has passed before', () => {
    const states = createStates()
    pass(states, a, 'A')
    pass(states, b, 'B')
    states.find(b)
    states.fail(b)
    pass(states, c, 'C')
    expect(states.find(b)).toBe('A')
  })

  it('is as before a block that was undone, unless another has run since', () => {
    const states = createStates()
    pass(states, a, 'A')
    pass(states, b, 'B')
    states.undo(b)
    expect(states.find(c)).toBe('A')
    states.keep(c, 'C')
    states.undo(a)
    expect(states.find(step('d'))).toBe('C')
    states.forget()
    expect(states.find(b)).toBeUndefined()
  })
})
