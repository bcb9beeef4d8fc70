import type { Deck } from './deck.ts'
import type { Touched } from './touched.ts'
import { touchedBy } from './step-touch.ts'

/** What a deck can do; the shape is the contract of `plan --json`. */
export interface Plan {
  deck: string
  hash: string
  grants: string[]
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
    timeoutMs: number
  })[]
}

/** Every step with what it touches. */
export function toPlan(deck: Deck): Plan {
  return {
    deck: deck.name,
    hash: deck.hash,
    grants: deck.settings.grants,
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
      timeoutMs: step.timeoutMs,
    })),
  }
}

// eslint-disable-next-line no-control-regex
const RE_DECEIVING = /[\0-\x08\v-\x1F\x7F-\x9F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g

const TOUCHED = ['images', 'ports', 'hosts', 'mounts', 'namespaces'] as const

/** The plan for people; control and bidi characters, which could hide what a line does, as escapes. */
export function formatPlan({ deck, grants, steps }: Plan): string {
  const escape = (text: string): string => text.replace(RE_DECEIVING, c => `\\u{${c.codePointAt(0)!.toString(16)}}`)
  const parts = steps.map(({ id, slide, file, line, verb, runner, code, hidden, needs, extra, ...touched }) => [
    `${id}  slide ${slide}  {${verb}} on ${runner}${extra ? '  extra' : ''}  ${file}:${line}`,
    ...needs.length ? [`  needs      ${needs.join(', ')}`] : [],
    ...TOUCHED.flatMap(key => touched[key].length ? [`  ${key.padEnd(10)} ${touched[key].map(escape).join(', ')}`] : []),
    ...code.split('\n').map(l => `  ${hidden.includes(l) ? 'hidden' : '      '} | ${escape(l)}`),
  ].join('\n'))
  return `${[`${deck}: ${steps.length} steps`, ...grants.map(grant => `grant  ${escape(grant)}`), ...parts].join('\n\n')}\n`
}
