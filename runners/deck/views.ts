import type { Problem } from '../protocol/problem.ts'
import type { Step } from '../protocol/step.ts'
import type { ViewName } from '../protocol/view.ts'
import type { SlideText } from './slide-text.ts'
import type { TagAttribute, ViewTag } from './view-tags.ts'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { nearest, suggestion } from '../protocol/suggest.ts'
import { attributesOf, isView, listOf, VIEWS } from '../protocol/view.ts'
import { placeOf, shownText } from './slide-text.ts'
import { viewTags } from './view-tags.ts'

/** What a deck has for its views to name. */
export interface Nameable {
  dir: string
  /** Of all steps, faulty ones too. */
  ids: string[]
  steps: Step[]
}

/** Takes a mistake at an offset of the slide's text. */
type Report = (offset: number, severity: Problem['severity'], code: string, message: string, hint?: string) => void

/** What Vue and Slidev take on every component; a name with a dash or a colon may be a utility class. */
const RE_COMMON = /^(?:class|style|id|key|ref|is|slot|at|title|role|lang|dir|hidden|tabindex)$|[-:@#.]/
/** The tags that this addon adds; what they are made of lies elsewhere and is no tag. */
const COMPONENTS = resolve(import.meta.dirname, '../../components')

/** Reports what is wrong with the views on a slide: their names, their attributes, the steps that they name. */
export function checkViews(slide: SlideText, deck: Nameable, problems: Problem[]): void {
  const text = shownText(slide)
  const report: Report = (offset, severity, code, message, hint) =>
    void problems.push({ severity, file: slide.file, ...placeOf(slide, text, offset), code, message, hint })
  for (const tag of viewTags(text)) {
    if (isView(tag.name))
      checkAttributes(tag, tag.name, deck, report)
    else
      checkName(tag, deck.dir, report)
  }
}

/** A component that nobody has is an empty place on the slide. */
function checkName({ name, offset }: ViewTag, dir: string, report: Report): void {
  const near = nearest(name, Object.keys(VIEWS))
  if (near && ![COMPONENTS, join(dir, 'components')].some(folder => existsSync(join(folder, `${name}.vue`))))
    report(offset + 1, 'error', 'unknown-view', `there is no view <${name}>`, `Did you mean ${near}?`)
}

function checkAttributes(tag: ViewTag, view: ViewName, deck: Nameable, report: Report): void {
  const known = new Map(attributesOf(view))
  const missing = new Set(attributesOf(view).filter(([, { required }]) => required).map(([name]) => name))
  for (const attribute of tag.attributes) {
    const { name, value, offset } = attribute
    const names = known.get(name)?.names
    if (value === undefined || listOf(value).length)
      missing.delete(name)
    if (names && value)
      checkNames(attribute, view, names, deck, report)
    // What is bound may be anything; `v-bind="…"` alone may be everything.
    if (name === 'v-bind')
      missing.clear()
    if (known.has(name) || value === undefined || RE_COMMON.test(name))
      continue
    const meant = nearest(name, [...known.keys()])
    missing.delete(meant ?? '')
    report(offset, meant || isOfAnother(name) ? 'error' : 'warning', 'unknown-attribute', `<${view}> has no attribute ${name}`, suggestion(name, [...known.keys()]))
  }
  for (const name of missing)
    report(tag.offset, 'error', 'missing-attribute', `<${view}> needs ${name}="…"`, known.get(name)?.names && deck.ids.length ? `Steps of the deck: ${deck.ids.join(', ')}.` : undefined)
}

function isOfAnother(attribute: string): boolean {
  return Object.values(VIEWS).some(attributes => Object.hasOwn(attributes, attribute))
}

function checkNames({ value, valueOffset }: TagAttribute, view: ViewName, names: 'steps' | 'measured', { ids, steps }: Nameable, report: Report): void {
  let at = 0
  for (const part of value!.split(',')) {
    const id = part.trim()
    const offset = valueOffset + at + part.indexOf(id)
    at += part.length + 1
    if (!id || ids.includes(id))
      continue
    if (names === 'steps')
      report(offset, 'error', 'unknown-step', `<${view}> shows the step ${id}, and there is none`, suggestion(id, ids))
    // A container may have its name from a step's code, or made up while it runs.
    else if (!steps.some(step => step.code.includes(id)))
      report(offset, 'warning', 'unknown-step', `<${view}> measures ${id}, and no step has or makes that name`, suggestion(id, ids))
  }
}
