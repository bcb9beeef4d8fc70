import type { Fence } from '../../../runners/deck/deck.ts'
import { expect, it } from 'vitest'
import { fenceMarks, readMark } from '../../../runners/deck/fence-marks.ts'
import { createMarkdown } from '../../../runners/deck/markdown.ts'

const markdown = createMarkdown({ katex: false, comark: false })
const fence = (info: string, code = 'true\n'): Fence => ({ info, code, id: 'x', problems: [] })

function marked(text: string, fences: Fence[]): string {
  return fenceMarks(text, fences, markdown)
    .toReversed()
    .reduce((all, mark) => all.slice(0, mark.from) + mark.text + all.slice(mark.to), text)
}

it('numbers fences that say the same, in the order in which they stand', () => {
  const text = '```sh {run id=x}\ntrue\n```\n\n> ```sh {run id=x}\n> true\n> ```\n'
  expect(marked(text, [fence('sh {run id=x}'), fence('sh {run id=x}')]))
    .toBe('```sh {kamishibai=0}\ntrue\n```\n\n> ```sh {kamishibai=1}\n> true\n> ```\n')
})

it('leaves all that Slidev reads where it stands', () => {
  expect(marked('```sh [a] {run id=x} {1|2}\ntrue\n```\n\n<<< @/a.sh sh {run id=y} {1}\n\n```sh {1}\n```\n', [fence('sh [a] {run id=x} {1|2}'), fence('sh {run id=y} {1}', 'from the file\n')]))
    .toBe('```sh [a] {kamishibai=0} {1|2}\ntrue\n```\n\n<<< @/a.sh sh {kamishibai=1} {1}\n\n```sh {1}\n```\n')
})

it('numbers a magic-move block that holds a step', () => {
  const text = '````md magic-move\n```sh {run}\n```\n````\n'
  expect(marked(text, [fence('md magic-move', '```sh {run}\n```\n')])).toBe(text.replace('move', 'move {kamishibai=0}'))
})

it('numbers no fence that the parse did not see', () => {
  const text = '```sh {run id=new}\ntrue\n```\n\n```sh {run id=x}\ntrue\n```\n'
  expect(marked(text, [fence('sh {run id=x}')])).toBe('```sh {run id=new}\ntrue\n```\n\n```sh {kamishibai=0}\ntrue\n```\n')
})

it('reads what it wrote', () => {
  expect(readMark('sh [a] {kamishibai=12} {1}')).toEqual({ number: 12, info: 'sh [a]  {1}' })
  expect(readMark('sh {1}')).toBeUndefined()
})
