import type { RunnerName, Verb } from '../protocol/step.ts'
import { RUN_LANGUAGES } from '../protocol/program.ts'

/** Options of all steps. */
export const COMMON_OPTIONS = ['id', 'needs', 'requires', 'timeout', 'until', 'expect', 'on', 'extra', 'out', 'rows', 'cols', 'fallback', 'title', 'mark', 'print'] as const

/** What each verb runs on, in which languages, with which options of its own. */
export const VERB_TABLE: Record<
  Verb,
  { runner: RunnerName, languages: readonly string[], options: readonly string[], timeoutMs: number }
> = {
  run: { runner: 'shell', languages: RUN_LANGUAGES, options: ['shell', 'keep-going'], timeoutMs: 30_000 },
  terminal: {
    runner: 'shell',
    languages: ['sh', 'bash', 'zsh'],
    options: ['shell', 'remote', 'enter'],
    timeoutMs: 30_000,
  },
  container: { runner: 'docker', languages: ['yaml', 'yml'], options: ['pull'], timeoutMs: 30_000 },
  build: { runner: 'docker', languages: ['dockerfile'], options: ['tag', 'context'], timeoutMs: 120_000 },
  exec: {
    runner: 'docker',
    languages: ['sh', 'bash', 'zsh'],
    options: ['in', 'shell', 'keep-going'],
    timeoutMs: 30_000,
  },
  apply: { runner: 'kubernetes', languages: ['yaml', 'yml'], options: ['reset'], timeoutMs: 120_000 },
  request: { runner: 'http', languages: ['http'], options: ['repeat', 'rate', 'by'], timeoutMs: 30_000 },
}

/** Options that stand alone, without a value. */
export const FLAGS = new Set(['extra', 'keep-going', 'pull', 'remote', 'reset'])
/** Options that may repeat. */
export const REPEATABLE = new Set(['until', 'expect', 'mark'])
/** All keys that make a brace ours. */
export const ALL_OPTIONS = new Set([...COMMON_OPTIONS, ...Object.values(VERB_TABLE).flatMap(verb => verb.options)])
