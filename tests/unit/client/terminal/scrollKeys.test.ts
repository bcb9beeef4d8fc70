import type { ScrollTarget } from '../../../../client/terminal/scrollKeys.ts'
import { expect, it } from 'vitest'
import { chooseScreen, scrollStepOf } from '../../../../client/terminal/scrollKeys.ts'

/** An element that holds others, as far as it is asked here. */
function part(step?: Element, holds: Element[] = []): Element {
  const own: Element = { closest: () => step ?? null, contains: (other: Element | null) => other === own || holds.includes(other!) } as unknown as Element
  return own
}

function target(element: Element, { scrolls = true, isBack = false } = {}): ScrollTarget {
  return { element: () => element, scrolls: () => scrolls, isBack: () => isBack, scroll: () => {} }
}

it('keys mean the screen of the step with the focus, else the one under the mouse, else one that is back, else the first', () => {
  const button = part()
  const [first, second] = [target(part(part(undefined, []))), target(part(part(undefined, [button])))]
  const back = target(part(), { isBack: true })
  const inside = part()
  const hoveredScreen = target(part(undefined, [inside]))
  const all = [first, second, back, hoveredScreen]
  expect(chooseScreen(all, { focused: button, hovered: inside })).toBe(second)
  expect(chooseScreen(all, { focused: part(), hovered: inside })).toBe(hoveredScreen)
  expect(chooseScreen(all, { focused: null, hovered: null })).toBe(back)
  expect(chooseScreen([first, second], { focused: null, hovered: null })).toBe(first)
})

it('keys mean no screen that has room for all', () => {
  const button = part()
  const full = target(part(part(undefined, [button])), { scrolls: false })
  expect(chooseScreen([full], { focused: button, hovered: null })).toBeUndefined()
})

const plain = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false }

it.each([
  ['PageUp', { shiftKey: true }, 'page-up'],
  ['End', { shiftKey: true }, 'end'],
  ['PageUp', {}, undefined],
  ['PageUp', { shiftKey: true, ctrlKey: true }, undefined],
  ['ArrowUp', { shiftKey: true }, undefined],
] as const)('%s with %j scrolls: %s', (key, held, step) => {
  expect(scrollStepOf({ ...plain, ...held, key })).toBe(step)
})
