import type { Deck } from '../../deck/deck.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { CheckedStep, CheckReport } from './checked-step.ts'
import { formatProblem, pathOf } from '../io/tell.ts'

interface Case { name: string, seconds: number, file?: string, result?: { tag: 'failure' | 'skipped', type: string, message: string, text?: string } }

/**
 * The report as JUnit XML, as CI servers read it: a case a step, and one for each mistake in the deck; warnings as
 * output.
 */
export function formatJunit({ deck, mode, problems, steps }: CheckReport, at: Pick<Deck, 'dir'>): string {
  const mistakes = problems.filter(problem => problem.severity === 'error').map(problem => toMistake(problem, at))
  const cases = [...steps.map(toCase), ...mistakes]
  const count = (tag: string): number => cases.filter(({ result }) => result?.tag === tag).length
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0)
  const totals = { tests: cases.length, failures: count('failure'), skipped: count('skipped'), errors: 0, time: seconds.toFixed(3) }
  const warnings = problems.filter(problem => problem.severity === 'warning').map(problem => `${formatProblem(problem, at)}\n`).join('')
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('testsuites', { name: 'kamishibai check', ...totals }),
    open('testsuite', { name: `${deck}.${mode}`, ...totals }),
    ...cases.map(one => formatCase(one, `${deck}.${mode}`)),
    ...warnings ? [`<system-out>${escape(warnings)}</system-out>`] : [],
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function toCase({ id, ok, durationMs, expectations, skipped, error, output = [] }: CheckedStep): Case {
  const judged = expectations.map(e => `${e.ok ? '✓' : '✗'} ${e.text}${e.detail ? ` (${e.detail})` : ''}`)
  const text = [...judged, ...output].join('\n')
  const failed = { tag: 'failure', type: error?.code ?? skipped?.code ?? 'failed', message: error ? `${error.message}. ${error.hint}`.trim() : skipped?.message ?? 'it failed', text } as const
  const result = !ok ? failed : skipped ? { tag: 'skipped', type: skipped.code, message: skipped.message } as const : undefined
  return { name: id, seconds: durationMs / 1000, result }
}

function toMistake(problem: Problem, at: Pick<Deck, 'dir'>): Case {
  const { file, line, column, code, message } = problem
  return { name: `${file}:${line}:${column}`, seconds: 0, file: pathOf(at, file), result: { tag: 'failure', type: code, message, text: formatProblem(problem, at) } }
}

function formatCase({ name, seconds, file, result }: Case, className: string): string {
  const tag = open('testcase', { name, classname: className, time: seconds.toFixed(3), ...file && { file } })
  if (!result)
    return tag.replace(/>$/, '/>')
  const { tag: kind, type, message, text } = result
  return `${tag}${open(kind, { type, message })}${escape(text ?? '')}</${kind}></testcase>`
}

function open(tag: string, attributes: Record<string, string | number>): string {
  return `<${tag}${Object.entries(attributes).map(([name, value]) => ` ${name}="${escape(String(value))}"`).join('')}>`
}

// eslint-disable-next-line no-control-regex
const RE_NO_XML = /[\0-\x08\v\f\x0E-\x1F\uFFFE\uFFFF]/g
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }

/** Text for an element or an attribute; what XML 1.0 cannot hold becomes a replacement character. */
function escape(text: string): string {
  return text.toWellFormed().replace(RE_NO_XML, '\uFFFD').replace(/[&<>"\n]/g, char => ENTITIES[char]!)
}
