import { expect, it } from 'vitest'
import { fitColumns } from '../../../../../client/views/objects/columns.ts'
import { objectTable } from '../../../../../client/views/objects/objects.ts'
import { object, run } from '../_runs.ts'

it('leaves out the columns at the end of a table that do not fit whole', () => {
  const table = objectTable([run(object('pod', 'web-0', { readyContainers: '1/1', status: 'Terminating', restarts: 0, ip: '10.1.1.2', node: 'n1' }))], 'pods', 1_005_000)
  const heads = (width: number): string[] => fitColumns(table, width).head
  expect(heads(876)).toEqual(table.head)
  expect(heads(430)).toEqual(['NAME', 'READY', 'STATUS', 'RESTARTS', 'IP'])
  expect(fitColumns(table, 300).rows[0]!.cells).toEqual(['web-0', '1/1', 'Terminating'])
  expect(heads(10)).toEqual(['NAME'])
})
