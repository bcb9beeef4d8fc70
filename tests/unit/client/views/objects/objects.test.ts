import { expect, it } from 'vitest'
import { objectTable, singular } from '../../../../../client/views/objects/objects.ts'
import { object, run } from '../_runs.ts'

it('writes tables as kubectl does', () => {
  const runs = [run(
    object('deployment', 'web', { replicas: 3, ready: 2, updated: 3, available: 2, image: 'demo:1' }),
    object('service', 'web', { type: 'NodePort', clusterIP: '10.96.0.9', ports: [{ port: 80, nodePort: 30080, protocol: 'TCP', targetPort: 8080 }] }),
    object('virtualmachine', 'vm-1', { status: 'Running' }),
  )]
  const of = (kind: string): string[][] => {
    const { head, rows } = objectTable(runs, kind, 1_005_000)
    return [head, ...rows.map(({ cells }) => cells)]
  }
  expect(of('deployments')).toEqual([['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'IMAGE', 'AGE'], ['web', '2/3', '3', '2', 'demo:1', '5s']])
  expect(of('Service')[1]).toEqual(['web', 'NodePort', '10.96.0.9', '80:30080/TCP', '5s'])
  expect(of('virtualmachines')).toEqual([['NAME', 'STATUS', 'AGE'], ['vm-1', 'Running', '5s']])
  expect(of('pods')).toHaveLength(1)
})

it('says how many rows are not shown, in the place of a row', () => {
  const runs = [run(...Array.from({ length: 30 }, (_, i) => object('pod', `p${i}`, { status: 'Running' })))]
  const fits = (most: number): number[] => {
    const { rows, more } = objectTable(runs, 'pods', 0, most)
    return [rows.length, more]
  }
  expect(fits(8)).toEqual([7, 23])
  expect(fits(29)).toEqual([28, 2])
  expect(fits(30)).toEqual([30, 0])
  expect(fits(1)).toEqual([1, 29])
})

it('names a kind by its singular', () => {
  expect(['Pods', 'networkpolicies', 'ingress', 'virtualmachine'].map(singular)).toEqual(['pod', 'networkpolicy', 'ingress', 'virtualmachine'])
})
