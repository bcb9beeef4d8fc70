import { expect, it } from 'vitest'
import { parseInfo } from '../../../runners/deck/info.ts'
import { parseSlidevInfo } from '../../../runners/deck/slidev-info.ts'

it.each([
  ['sh {run id=x}', 3, 13],
  ['sh [deploy.sh] {run id=x}', 15, 25],
  ['sh [a {run} b] {run id=x}', 15, 25],
  ['sh {1|2}{run id=x}', 8, 18],
  ['sh {1|2} {lines:true} {run id=x}', 22, 32],
  ['sh {run id=x} [t] {1|2}', 3, 13],
  ['sh{run id=x}', 2, 12],
  ['sh twoslash {run id=x}', 12, 22],
  ['sh {run id=x', 3, 12],
])('finds the brace of ours in %s', (info, offset, end) => {
  expect(parseInfo(info)).toMatchObject({ lang: 'sh', offset, end, words: [{ key: 'run' }, { key: 'id', value: 'x' }] })
})

it.each([
  ['sh', {}],
  ['[a.sh] {1|2-3}{lines:true,maxHeight:\'80px\'}', { title: 'a.sh', ranges: ['1', '2-3'], options: '{lines:true,maxHeight:\'80px\'}' }],
  ['{*}{at:3} [a b] twoslash', { title: 'a b', ranges: ['*'], options: '{at:3}', rest: 'twoslash' }],
  [' ', {}],
])('reads what %s says to Slidev', (info, parts) => {
  expect(parseSlidevInfo(info === 'sh' ? '' : info)).toEqual({ title: '', ranges: [], rest: '', ...parts })
})
