import type { ContainerSpec } from './container-spec.ts'
import type { RequestSpec } from './request-spec.ts'

/** What a fence does. */
export const VERBS = ['run', 'terminal', 'container', 'build', 'exec', 'apply', 'request'] as const
export type Verb = typeof VERBS[number]

/** What executes a step. `replay` plays recordings of any of the others. */
export const RUNNER_NAMES = ['shell', 'docker', 'kubernetes', 'http', 'replay'] as const
export type RunnerName = typeof RUNNER_NAMES[number]

/** A condition of `until` or `expect`; `text` is as it stands in the fence. */
export type Condition = { text: string } & (
  | { type: 'exit', code: number, not: boolean }
  | { type: 'match', source: string, flags: string }
  | { type: 'http', status: number, url: string }
  | { type: 'status', op: '=' | '<', code: number }
  | { type: 'settled', ms: number }
  | { type: 'healthy', name: string }
  | { type: 'pods', ready: number, total: number, selector: string }
  | { type: 'condition', name: string, object: string }
  | { type: 'rollout', object: string }
)

/** A moment that paper shows. */
export type Moment
  = | { type: 'start' }
    | { type: 'end' }
    | { type: 'time', ms: number }
    | { type: 'phase', phase: string }
    | { type: 'marker', label: string }

/** A regular expression of `mark`. */
export interface Mark { source: string, flags: string }

/** An executable fence. */
export interface Step {
  id: string
  verb: Verb
  runner: RunnerName
  lang: string
  title?: string
  /** What runs: hidden lines included, without their `# hidden: `. */
  code: string
  /** What the slide shows. */
  visible: string
  hidden: string[]
  /** The first slide that shows it, from 1. */
  slide: number
  /** All slides that show it. */
  slides: number[]
  /** Path relative to the deck's folder, and line and column (from 1) of the fence. */
  file: string
  line: number
  column: number
  needs: string[]
  requires: string[]
  /** Time until the run is over or ready, in ms. */
  timeoutMs: number
  until: Condition[]
  expect: Condition[]
  on: 'click' | 'next' | 'enter'
  extra: boolean
  /** `below`, `right`, `none`, or the name of a slot. */
  out: string
  rows: number
  cols: number
  fallback: 'ask' | 'auto' | 'off'
  mark: Mark[]
  print: Moment[]
  /** `print` as it was written, `end` by default; captions and staleness use it. */
  printText: string
  /** The options of one verb only. */
  shell: string
  in?: string
  pull: boolean
  tag?: string
  context?: string
  reset: boolean
  repeat: number
  /** Requests a second. */
  rate?: number
  /** The response header that says who answered, in lower case. */
  by?: string
  remote: boolean
  /** A block goes on after a command that failed. */
  keepGoing?: boolean
  /** The words that run it, where the headmatter names them for its language. */
  command?: string
  /** False where the last line of a terminal is typed and not entered. @default true */
  enter?: boolean
  container?: ContainerSpec
  requests?: RequestSpec[]
  /** Files the step uses, relative to the deck's folder. */
  files: string[]
  /** The file that holds the code, where a `<<<` line brings it. */
  codeFile?: string
  /** The line of that file, from 1, at which the code begins. @default 1 */
  codeLine?: number
  /** Covers code, options and files used; 16 hex digits. */
  hash: string
}
