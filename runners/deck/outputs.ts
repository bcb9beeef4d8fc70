import type { Problem } from '../protocol/problem.ts'
import type { Step } from '../protocol/step.ts'
import type { SlideText } from './slide-text.ts'
import { nearest } from '../protocol/suggest.ts'
import { attributesOf, isView, listOf } from '../protocol/view.ts'
import { shownText } from './slide-text.ts'
import { viewTags } from './view-tags.ts'

/** What `out=` means by itself; any other name says that a view shows the result. */
const PLACES = ['below', 'right', 'none']

/** Warns of the steps whose result is to stand elsewhere, and of which no view of the deck shows anything. */
export function checkOutputs(slides: Iterable<SlideText>, steps: Step[], problems: Problem[]): void {
  const elsewhere = steps.filter(({ out }) => !PLACES.includes(out))
  const { ids, isOpen } = elsewhere.length ? shownIn(slides) : { ids: new Set<string>(), isOpen: true }
  for (const { file, line, column, id, out } of isOpen ? [] : elsewhere.filter(step => !ids.has(step.id))) {
    const near = nearest(out, PLACES)
    problems.push({
      severity: 'warning',
      file,
      line,
      column,
      code: 'unshown-output',
      message: `out=${out}: no view shows the result of ${id}`,
      hint: near ? `Did you mean out=${near}?` : `Show it with <LiveOutput step="${id}" />, or write out=none.`,
    })
  }
}

/** The steps that views show; `isOpen` where one is bound, and may show any. */
function shownIn(slides: Iterable<SlideText>): { ids: Set<string>, isOpen: boolean } {
  const ids = new Set<string>()
  let isOpen = false
  for (const { name, attributes } of [...slides].flatMap(slide => viewTags(shownText(slide)))) {
    const naming = isView(name) ? attributesOf(name).filter(([, { names }]) => names === 'steps').map(([own]) => own) : []
    for (const { value } of attributes.filter(attribute => naming.includes(attribute.name))) {
      isOpen ||= value === undefined
      listOf(value).forEach(id => ids.add(id))
    }
  }
  return { ids, isOpen }
}
