import type { RunState } from '../../../runners/protocol/fold.ts'
import type { Texts } from '../../texts.ts'

type Response = RunState['responses'][number]

/** Requests that were answered by the same, in the order of their numbers. */
export interface Answerer {
  /** Who answered, by the response's own word; undefined where the step does not ask for it. */
  by?: string
  /** What went wrong instead: `503`, or no answer at all. */
  fault?: number
  count: number
  responses: Response[]
}

/** The requests of a run, for a chart. */
export interface RequestSummary {
  answerers: Answerer[]
  /** Requests that came back, and that will have been sent in the end. */
  count: number
  total: number
  failed: number
  /** Of the good answers, in ms; undefined without one. */
  median?: number
  slowest?: number
}

const isGood = ({ status }: Response): boolean => status > 0 && status < 400

/** Who answered how often: those who did in the order of their first answer, then what failed. */
export function summarize({ responses, progress }: Pick<RunState, 'responses' | 'progress'>): RequestSummary {
  const good = responses.filter(isGood)
  const groups = new Map<string, Answerer>()
  for (const response of responses) {
    const key = isGood(response) ? `by ${response.by}` : `fault ${response.status}`
    let group = groups.get(key)
    if (!group) {
      group = { ...isGood(response) ? { by: response.by } : { fault: response.status }, count: 0, responses: [] }
      groups.set(key, group)
    }
    group.count++
    group.responses.push(response)
  }
  const times = good.map(({ ms }) => ms).sort((a, b) => a - b)
  const faults = (group: Answerer): number => group.fault === undefined ? 0 : 1
  return {
    answerers: [...groups.values()].sort((a, b) => faults(a) - faults(b)),
    count: responses.length,
    total: Math.max(responses.length, progress?.label === 'requests' ? progress.total : 0),
    failed: responses.length - good.length,
    median: times[times.length >> 1],
    slowest: times.at(-1),
  }
}

/** The first answerers that fit in `rows` rows; the others are one row. */
export function fitRows(answerers: Answerer[], rows: number): { shown: Answerer[], others: Answerer[] } {
  if (answerers.length <= rows)
    return { shown: answerers, others: [] }
  const byCount = answerers.toSorted((a, b) => b.count - a.count)
  const kept = new Set(byCount.slice(0, Math.max(0, rows - 1)))
  return { shown: answerers.filter(a => kept.has(a)), others: answerers.filter(a => !kept.has(a)) }
}

/** Milliseconds as a slide says them: `0.8 ms`, `12 ms`, `1.2 s`. */
export function durationText(ms: number, { seconds, milliseconds }: Pick<Texts, 'seconds' | 'milliseconds'>): string {
  return ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ${milliseconds}` : `${(ms / 1000).toFixed(1)} ${seconds}`
}
