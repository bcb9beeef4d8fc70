import type { ResourceState } from '../../../../../runners/protocol/fold.ts'
import { expect, it } from 'vitest'
import { textsOf } from '../../../../../client/texts.ts'
import { countStates, livingContainers, statusText } from '../../../../../client/views/containers/containers.ts'
import { emptyRun } from '../../../../../runners/protocol/fold.ts'
import { container, runOf } from '../_runs.ts'

function changed(id: string, changedAt: number, deleted = false): ResourceState {
  return { ref: { kind: 'container', id, name: id }, view: { state: 'running', image: 'app', ports: [{ hostIp: '127.0.0.1', hostPort: 8080, containerPort: 80 }] }, deleted, addedAt: 0, changedAt }
}
function run(startedAt: number, ...all: ResourceState[]): Parameters<typeof livingContainers>[0][number] {
  return { startedAt, state: { ...emptyRun(), resources: Object.fromEntries(all.map(r => [`container/${r.ref.id}`, r])) } }
}

it('lets the newest run speak for a container', () => {
  expect(livingContainers([run(0, changed('web', 10)), run(1000, changed('db', 10))]).map(c => c.name)).toEqual(['web', 'db'])
  expect(livingContainers([run(1000, changed('web', 10, true)), run(0, changed('web', 20))])).toEqual([])
})

it('writes ports as an address and where it leads', () => {
  expect(livingContainers([run(0, changed('web', 10))])[0]!.ports).toBe('127.0.0.1:8080→80')
})

it('counts states only where they differ', () => {
  expect(countStates(livingContainers([runOf(0, [1, container('a')], [2, container('b')])]))).toEqual([])
  expect(countStates(livingContainers([runOf(0, [1, container('a')], [2, container('b')], [3, container('c', { state: 'exited' })])]))).toEqual([['running', 2], ['exited', 1]])
})

it.each([
  ['ja', 'running', '実行中'],
  ['ja', 'running (healthy)', '実行中 (正常)'],
  ['ja', 'exited (137, SIGKILL, out of memory)', '終了 (137, SIGKILL, メモリ不足)'],
  ['ja', 'constructor', 'constructor'],
  ['en', 'exited (137, SIGKILL)', 'exited (137, SIGKILL)'],
])('writes a state for a deck in %s: %s as %s', (language, status, text) => {
  expect(statusText(status, textsOf(language).states)).toBe(text)
})
