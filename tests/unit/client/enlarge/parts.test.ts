import type { Candidate } from '../../../../client/enlarge/parts.ts'
import { expect, it, vi } from 'vitest'
import { choosePart, createParts } from '../../../../client/enlarge/parts.ts'

const part = (name: string, own: Partial<Candidate> = {}) => ({ name, focused: false, hovered: false, shown: true, ...own })

it('is chosen by focus, mouse, the newest run, and place, among those that are seen', () => {
  const [first, old, fresh] = [part('first'), part('old', { run: 1 }), part('fresh', { run: 2 })]
  const chosen = (...parts: ReturnType<typeof part>[]): string | undefined => choosePart(parts)?.name
  expect(chosen(first, part('view'))).toBe('first')
  expect(chosen(first, fresh, old)).toBe('fresh')
  expect(chosen(first, fresh, part('hovered', { hovered: true }))).toBe('hovered')
  expect(chosen(part('focused', { focused: true }), part('hovered', { hovered: true }))).toBe('focused')
  expect(chosen(old, part('later', { run: 3, focused: true, shown: false }))).toBe('old')
  expect(chosen()).toBeUndefined()
})

it('has the same number in every window: where it stands on its slide', () => {
  vi.stubGlobal('Node', { DOCUMENT_POSITION_FOLLOWING: 4 })
  const elementAt = (place: number) => ({ place, compareDocumentPosition: (other: { place: number }) => other.place > place ? 4 : 2 })
  const parts = createParts()
  const [one, two, three] = [1, 2, 3].map(place => ({ slide: 5, element: () => elementAt(place) as never }))
  const remove = parts.add(three!)
  parts.add(one!)
  parts.add({ slide: 6, element: () => elementAt(1) as never })
  parts.add({ slide: 5, element: () => null })
  parts.add(two!)
  expect(parts.of(5)).toEqual([one, two, three])
  remove()
  expect(parts.of(5)).toEqual([one, two])
  vi.unstubAllGlobals()
})
