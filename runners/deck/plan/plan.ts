import type { Deck } from '../deck.ts'
import type { Touched } from './touched.ts'
import { escapeDeceiving } from '../escape.ts'
import { calledPrograms } from './needed-programs.ts'
import { touchedBy } from './step-touch.ts'

/** What a deck can do; the shape is the contract of `plan --json`. */
export interface Plan {
  deck: string
  hash: string
  grants: string[]
  /** Whether its shells are confined. */
  confine: boolean
  files: string[]
  steps: (Touched & {
    id: string
    slide: number
    file: string
    line: number
    verb: string
    runner: string
    code: string
    hidden: string[]
    extra: boolean
    needs: string[]
    /** What it calls on this machine. */
    programs: string[]
    timeoutMs: number
  })[]
}

/** Every step with what it touches. */
export function toPlan(deck: Deck): Plan {
  return {
    deck: deck.name,
    hash: deck.hash,
    grants: deck.settings.grants,
    confine: deck.settings.confine,
    files: [...new Set(deck.steps.flatMap(step => [step.file, ...step.files]))].sort(),
    steps: deck.steps.map(step => ({
      id: step.id,
      slide: step.slide,
      file: step.file,
      line: step.line,
      verb: step.verb,
      runner: step.runner,
      code: step.code,
      hidden: step.hidden,
      extra: step.extra,
      ...touchedBy(step),
      needs: step.needs,
      programs: calledPrograms(step),
      timeoutMs: step.timeoutMs,
    })),
  }
}

const CONFINED = 'confine  its shells see this folder and the system\'s, read-only, and what a grant mount: adds; /tmp and HOME are their own'
const TOUCHED = ['programs', 'images', 'ports', 'hosts', 'mounts', 'namespaces'] as const

/** The plan for people, grants first; characters that could hide what a line does are escapes. */
export function formatPlan({ deck, grants, confine, steps }: Plan): string {
  const list = (texts: string[]): string => texts.map(escapeDeceiving).join(', ')
  const parts = steps.map(({ id, slide, file, line, verb, runner, code, hidden, needs, extra, ...touched }) => [
    `${id}  slide ${slide}  {${verb}} on ${runner}${extra ? '  extra' : ''}  ${escapeDeceiving(file)}:${line}`,
    ...needs.length ? [`  needs      ${list(needs)}`] : [],
    ...TOUCHED.flatMap(key => touched[key].length ? [`  ${key.padEnd(10)} ${list(touched[key])}`] : []),
    ...code.split('\n').map(l => `  ${hidden.includes(l) ? 'hidden' : '      '} | ${escapeDeceiving(l)}`),
  ].join('\n'))
  return `${[`${escapeDeceiving(deck)}: ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`, ...grants.map(grant => `grant  ${escapeDeceiving(grant)}`), ...confine ? [CONFINED] : [], ...parts].join('\n\n')}\n`
}
