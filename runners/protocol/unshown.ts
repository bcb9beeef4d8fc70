import type { LogEvent, PayloadOf, Ref, View } from './event.ts'
import { refKey } from './fold.ts'

/** Something that went away or failed in a log. */
export interface Unshown {
  /** `container web deleted`, `pod a failed (CrashLoopBackOff)`. */
  what: string
  /** When, in ms. */
  at: number
  /** Times (ms) of frames that would show it. */
  shownAt: number[]
}

export interface UnshownOptions {
  /** Whether a container of the log that ends well and goes was to go: `docker run --rm`. */
  throwAway?: boolean
}

/** A change, and the times at which a frame must have been taken for paper to show it: one within each span. */
interface Change {
  key: string
  what: string
  at: number
  spans: { from: number, to: number }[]
  /** Of an object that came and went in this log. */
  brief?: boolean
}

const RE_FAILED = /fail|error|crash|backoff|oom|evicted|unhealthy|dead\b|lost|exitcode:[1-9]/i

/**
 * The deletions and failures in a log that frames at the times `frames` (ms) do not show. A deletion needs a frame
 * with the object and one without it; a failure one in which it stands.
 */
export function unshownChanges(
  events: LogEvent[],
  frames: number[],
  { throwAway = false }: UnshownOptions = {},
): Unshown[] {
  const changes = changesOf(events)
  const expected = ({ key, brief }: Change): boolean =>
    throwAway
    && Boolean(brief)
    && key.startsWith('container/')
    && changes.filter(change => change.key === key).length === 1
  return changes
    .filter(change => !expected(change))
    .flatMap(({ what, at, spans }) => {
      const missing = spans.filter(({ from, to }) => !frames.some(frame => frame >= from && frame < to))
      return missing.length
        ? [{ what, at, shownAt: missing.map(({ from, to }) => (Number.isFinite(to) ? (from + to) / 2 : from)) }]
        : []
    })
}

function changesOf(events: LogEvent[]): Change[] {
  const born = new Map<string, number>()
  const failing = new Map<string, Change>()
  const changes: Change[] = []
  const recover = (key: string, at: number): void => {
    const change = failing.get(key)
    if (change)
      change.spans[0]!.to = at
    failing.delete(key)
  }
  const fail = (key: string, what: string, at: number): void => {
    const change: Change = { key, what, at, spans: [{ from: at, to: Infinity }] }
    failing.set(key, change)
    changes.push(change)
  }
  for (const event of events) {
    if (event.type === 'resource')
      readResource(event)
    else if (event.type === 'exit' && event.code !== 0)
      fail('exit', `exit ${event.code}`, event.at)
    else if (event.type === 'error')
      fail('error', event.message, event.at)
    else if (event.type === 'response' && (!event.status || event.status >= 400))
      fail(`response/${event.n}`, `request ${event.n} ${event.status ? `answered ${event.status}` : 'failed'}`, event.at)
  }
  return changes

  function readResource({ ref, op, view, at }: PayloadOf<'resource'> & { at: number }): void {
    const key = refKey(ref)
    const name = `${ref.kind} ${ref.name}`
    if (op === 'deleted') {
      recover(key, at)
      changes.push({ key, what: `${name} deleted`, at, brief: born.has(key), spans: [{ from: born.get(key) ?? 0, to: at }, { from: at, to: Infinity }] })
      return
    }
    if (op === 'added')
      born.set(key, at)
    const failure = failureOf(ref, view)
    if (!failure)
      recover(key, at)
    else if (!failing.has(key))
      fail(key, `${name} failed (${failure})`, at)
  }
}

/** What is wrong with an object, in its own words; undefined where nothing is. */
export function failureOf({ kind }: Ref, view: View): string | undefined {
  if (kind === 'node' && view.ready === false)
    return 'not ready'
  if (view.oom === true)
    return 'out of memory'
  if (typeof view.exitCode === 'number' && view.exitCode !== 0)
    return typeof view.status === 'string' ? view.status : `exit ${view.exitCode}`
  return ['health', 'phase', 'state', 'status', 'reason'].map(key => view[key]).find(value => typeof value === 'string' && RE_FAILED.test(value)) as string | undefined
}
