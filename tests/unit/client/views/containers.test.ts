import type { ResourceState } from '../../../../runners/protocol/fold.ts'
import { expect, it } from 'vitest'
import { markLine, sameLines, spanStyle, widthOf } from '../../../../client/terminal/marks.ts'
import { ageText, densityOf, livingContainers } from '../../../../client/views/containers/containers.ts'
import { emptyRun } from '../../../../runners/protocol/fold.ts'
import { timeOf } from '../../../../runners/protocol/moment.ts'

function container(id: string, changedAt: number, deleted = false): ResourceState {
  return { ref: { kind: 'container', id, name: id }, view: { state: 'running', image: 'app', ports: [{ hostIp: '127.0.0.1', hostPort: 8080, containerPort: 80 }] }, deleted, addedAt: 0, changedAt }
}
function run(startedAt: number, ...all: ResourceState[]): Parameters<typeof livingContainers>[0][number] {
  return { startedAt, state: { ...emptyRun(), resources: Object.fromEntries(all.map(r => [`container/${r.ref.id}`, r])) } }
}

it('marks what a pattern matches across spans and keeps the text', () => {
  const marked = markLine([{ text: 'PID 1 ', fg: 'ansi-2' }, { text: 'sh' }], [{ source: '1 s', flags: '' }])
  expect(marked.map(s => s.text)).toEqual(['PID ', '1 ', 's', 'h'])
  expect(marked.map(s => !!s.marked)).toEqual([false, true, true, false])
  expect(marked[1]!.fg).toBe('ansi-2')
})

it('ignores a mark that matches nothing or the empty text', () => {
  const line = [{ text: 'abc' }]
  expect(markLine(line, [{ source: 'x*', flags: '' }])).toBe(line)
})

it('counts two cells for a Japanese character', () => {
  expect(widthOf([{ text: 'ab' }, { text: '日本' }])).toBe(6)
})

it('swaps the colours of inverse text', () => {
  expect(spanStyle({ text: '', fg: 'ansi-1', inverse: true })).toEqual({ color: 'var(--kb-screen-bg)', backgroundColor: 'var(--kb-ansi-1)' })
})

it('tells which lines are the same, blank ends aside', () => {
  expect(sameLines([[{ text: 'a  ' }], [{ text: 'b' }]], [[{ text: 'a' }], [{ text: 'c' }], [{ text: 'd' }]])).toEqual([true, false, false])
})

it('lets the newest run speak for a container', () => {
  expect(livingContainers([run(0, container('web', 10)), run(1000, container('db', 10))]).map(c => c.name)).toEqual(['web', 'db'])
  expect(livingContainers([run(1000, container('web', 10, true)), run(0, container('web', 20))])).toEqual([])
})

it('writes ports as an address and where it leads', () => {
  expect(livingContainers([run(0, container('web', 10))])[0]!.ports).toBe('127.0.0.1:8080→80')
})

it('shrinks cards to dots when there are many for their box', () => {
  const box = { width: 876, height: 300 }
  expect([0, 6, 10, 500].map(n => densityOf(n, box))).toEqual(['card', 'card', 'row', 'dot'])
  expect(densityOf(10, { width: 400, height: 200 })).toBe('chip')
  expect(densityOf(10, { width: 400, height: 120 })).toBe('dot')
  // No card is cut off: where none fits, a line says how the container is.
  expect(densityOf(1, { width: 400, height: 60 })).toBe('row')
  expect(densityOf(3, { width: 400, height: 100 })).toBe('chip')
  expect([4000, 180_000, 8_000_000].map(ageText)).toEqual(['4s', '3m', '2h'])
})

it('finds the moments that paper shows', () => {
  const events = [{ seq: 1, at: 50, type: 'phase', phase: 'ready' }, { seq: 2, at: 90, type: 'marker', label: 'gone' }] as const
  expect(timeOf({ type: 'phase', phase: 'ready' }, [...events])).toBe(50)
  expect(timeOf({ type: 'marker', label: 'gone' }, [...events])).toBe(90)
  expect(timeOf({ type: 'marker', label: 'never' }, [...events])).toBe(90)
  expect(timeOf({ type: 'start' }, [...events])).toBe(0)
})
