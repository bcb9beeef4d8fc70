import type { Run } from '../../../../runners/service/run/types.ts'
import type { ResetWorld } from '../../../../runners/service/session/reset.ts'
import { expect, it } from 'vitest'
import { resetSteps } from '../../../../runners/service/session/reset.ts'
import { step } from '../../../_session.ts'

const a = step('a')
const b = step('b', { needs: ['a'] })

/** Runs of `a` and `b` that end only when they are told, and the order of what happens to them. */
function worldOf({ mode = 'live' as 'live' | 'replay', refuses = '' } = {}) {
  const order: string[] = []
  const runs = [a, b].map((of, i): Run => {
    const over = Promise.withResolvers<void>()
    return {
      info: { n: i + 1, step: of.id, mode },
      step: of,
      over: over.promise,
      endTail: () => order.push(`tail of ${of.id}`),
      cancel() {
        order.push(`cancel ${of.id}`)
        setImmediate(() => {
          order.push(`${of.id} is over`)
          over.resolve()
        })
      },
    } as unknown as Run
  })
  const world: ResetWorld = {
    runs,
    lastOf: new Map(runs.map(run => [run.step.id, run])),
    forgotten: new Set(),
    engines: {
      async reset({ id }: { id: string }) {
        if (id === refuses)
          throw new Error(`${id} does not go`)
        order.push(`remove ${id}`)
      },
    } as unknown as ResetWorld['engines'],
    states: { undo: ({ id }: { id: string }) => order.push(`undo ${id}`) } as unknown as ResetWorld['states'],
  }
  return { world, order }
}

it('ends all runs, and removes what each made once it is over, what builds on another first', async () => {
  const { world, order } = worldOf()
  await resetSteps([a, b], world)
  expect(order).toEqual(['cancel a', 'tail of a', 'cancel b', 'tail of b', 'a is over', 'b is over', 'remove b', 'undo b', 'remove a', 'undo a'])
  expect([...world.forgotten].sort()).toEqual([1, 2])
  expect(world.lastOf.size).toBe(0)
})

it('removes nothing of what was only replayed', async () => {
  const { world, order } = worldOf({ mode: 'replay' })
  await resetSteps([a], world)
  expect(order).not.toContain('remove a')
  expect([...world.lastOf.keys()]).toEqual(['b'])
})

it('leaves a step as it is whose things do not go, and those before it', async () => {
  const { world } = worldOf({ refuses: 'a' })
  await expect(resetSteps([a, b], world)).rejects.toThrow('a does not go')
  expect([...world.forgotten]).toEqual([2])
  expect([...world.lastOf.keys()]).toEqual(['a'])
})

it('keeps a run that was started meanwhile', async () => {
  const { world } = worldOf()
  const done = resetSteps([a], world)
  const anew = { info: { n: 3 } } as Run
  world.lastOf.set('a', anew)
  await done
  expect(world.lastOf.get('a')).toBe(anew)
})

it('does nothing for a step that did not run, or was undone before', async () => {
  const { world, order } = worldOf()
  world.forgotten.add(1)
  await resetSteps([a, step('c')], world)
  expect(order).toEqual([])
})
