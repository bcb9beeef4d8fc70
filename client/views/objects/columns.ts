import type { ObjectTable } from './objects.ts'

/** What a character takes in a head and in a cell, and the space behind a column, in px of the canvas. */
const WIDTH = { head: 8.2, cell: 10.2, gap: 14 }

/** The table without the columns at its end that do not fit whole in `width` px of the canvas; a name stays. */
export function fitColumns(table: ObjectTable, width: number): ObjectTable {
  let end = 0
  const fitting = table.head.filter((title, i) => {
    end
      += Math.max(title.length * WIDTH.head, ...table.rows.map(({ cells }) => cells[i]!.length * WIDTH.cell)) + WIDTH.gap
    return !i || end - WIDTH.gap <= width
  }).length
  return {
    ...table,
    head: table.head.slice(0, fitting),
    rows: table.rows.map(({ id, cells }) => ({ id, cells: cells.slice(0, fitting) })),
  }
}
