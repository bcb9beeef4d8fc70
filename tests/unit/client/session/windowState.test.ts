import { expect, it } from 'vitest'
import { createWindowState } from '../../../../client/session/windowState.ts'

/** A window with a state of Slidev's, and what it told. */
function openWindow(state: Record<string, unknown>): { state: typeof state, told: object[] } & ReturnType<typeof createWindowState> {
  const told: object[] = []
  const own = createWindowState(state, patch => Object.assign(state, patch), patch => void told.push(patch))
  return { ...own, state, told }
}

it('tells nothing before it knows what all have', () => {
  const { write, told } = openWindow({ page: 1 })
  write()
  expect(told).toEqual([])
})

it('takes what all have, and tells what only it has', () => {
  const { take, state, told } = openWindow({ page: 1, clicks: 0, cursor: undefined })
  take({ patch: { page: 7 }, whole: true })
  expect(state.page).toBe(7)
  expect(told).toEqual([{ clicks: 0 }])
})

it('tells a change once, and gives no change of another window back', () => {
  const { take, write, state, told } = openWindow({ page: 1 })
  take({ patch: {}, whole: true })
  state.page = 2
  write()
  write()
  take({ patch: { page: 3 } })
  write()
  expect(told).toEqual([{ page: 1 }, { page: 2 }])
  expect(state.page).toBe(3)
})

it('tells and takes that something is no longer there', () => {
  const { take, write, state, told } = openWindow({ cursor: { x: 1, y: 2 } })
  take({ patch: {}, whole: true })
  state.cursor = undefined
  write()
  expect(told.at(-1)).toEqual({ cursor: null })
  take({ patch: { cursor: { x: 3, y: 4 } } })
  take({ patch: { cursor: null } })
  expect(state).toEqual({ cursor: undefined })
})

it('takes again what came amid a change of its own, and does not give it back', () => {
  const state: Record<string, unknown> = { page: 2, clicks: 0 }
  const told: object[] = []
  const waiting: (() => void)[] = []
  let patching = true
  const own = createWindowState(
    state,
    patch => void (patching || Object.assign(state, patch)),
    patch => void told.push(patch),
    () => true,
    work => void waiting.push(work),
  )
  own.take({ patch: { page: 2, clicks: 1 }, whole: true })
  own.write()
  expect({ state, told }).toEqual({ state: { page: 2, clicks: 0 }, told: [] })
  patching = false
  waiting.splice(0).forEach(work => work())
  expect(state).toEqual({ page: 2, clicks: 1 })
  state.clicks = 2
  own.write()
  expect(told).toEqual([{ clicks: 2 }])
  expect(waiting).toEqual([])
})
