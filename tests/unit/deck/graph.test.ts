import { expect, it } from 'vitest'
import { storyOf } from '../../../runners/deck/graph.ts'

it('a story is all steps that needs bind together', () => {
  const steps = [['apply'], ['heal', 'apply'], ['scale', 'heal'], ['pod'], ['shared', 'pod'], ['alone']].map(([id, ...needs]) => ({ id: id!, needs }))
  expect([...storyOf('scale', steps)].sort()).toEqual(['apply', 'heal', 'scale'])
  expect([...storyOf('apply', steps)].sort()).toEqual(['apply', 'heal', 'scale'])
  expect([...storyOf('alone', steps)]).toEqual(['alone'])
})
