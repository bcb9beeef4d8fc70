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

/** One container in the words of a Compose service; sizes in bytes, `cpus` in cores. */
export interface ContainerSpec {
  image: string
  command?: string[]
  entrypoint?: string[]
  /** Container port first, as strings of Compose: `8080:80`, `127.0.0.1:8080:80`, `80`. */
  ports: { hostIp: string, hostPort: string, containerPort: number, protocol: 'tcp' | 'udp' }[]
  environment: Record<string, string>
  hostname?: string
  networks: string[]
  /** What the mapping form of `networks` says of one: more names, and an address of its own. */
  endpoints?: Record<string, { aliases: string[], ipv4?: string }>
  volumes: string[]
  cpus?: number
  memory?: number
  pids?: number
  healthcheck?: { test: string[], intervalMs?: number, timeoutMs?: number, retries?: number, startPeriodMs?: number }
}

/** One request of an `http {request}` fence. */
export interface RequestSpec {
  method: string
  /** Absolute; its host may be the name of a container of the session. */
  url: string
  /** Where `pod/NAME:PORT` or `service/NAME:PORT` stood instead of a host. */
  via?: string
  headers: [name: string, value: string][]
  body?: string
}

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
  container?: ContainerSpec
  requests?: RequestSpec[]
  /** Files the step uses, relative to the deck's folder. */
  files: string[]
  /** The file that holds the code, where a `<<<` line brings it. */
  codeFile?: string
  /** Covers code, options and files used; 16 hex digits. */
  hash: string
}

/** A mistake in a deck; positions count from 1 in the file where the text stands. */
export interface Problem {
  severity: 'error' | 'warning'
  /** Relative to the deck's folder. */
  file: string
  line: number
  column: number
  code: string
  message: string
  hint?: string
}

/** A step as a browser may know it: what is needed to show it. */
export interface StepView {
  id: string
  verb: Verb
  runner: RunnerName
  title?: string
  slides: number[]
  on: Step['on']
  extra: boolean
  out: string
  rows: number
  cols: number
  fallback: Step['fallback']
  mark: Mark[]
  print: Moment[]
  expect: string[]
  until: string[]
  needs: string[]
  timeoutMs: number
  remote: boolean
  hash: string
}

/** What of a step goes to browsers. */
export function toStepView(step: Step): StepView {
  return {
    id: step.id,
    verb: step.verb,
    runner: step.runner,
    title: step.title,
    slides: step.slides,
    on: step.on,
    extra: step.extra,
    out: step.out,
    rows: step.rows,
    cols: step.cols,
    fallback: step.fallback,
    mark: step.mark,
    print: step.print,
    expect: step.expect.map(c => c.text),
    until: step.until.map(c => c.text),
    needs: step.needs,
    timeoutMs: step.timeoutMs,
    remote: step.remote,
    hash: step.hash,
  }
}
