import type { FoldedRun } from '../foldedRun.ts'

/** What a container took over time; `at` in ms since the epoch, CPU in cores, memory in bytes. */
export interface Series {
  id: string
  name: string
  points: { at: number, cpu: number, memory: number }[]
  /** When it stopped; undefined while it runs. */
  endedAt?: number
}

/** What all of them took together from `at` on. */
export interface Total { at: number, count: number, cpu: number, memory: number }

/** The measurements in `runs` of the containers that `wants`, by step and name. */
export function seriesOf(
  runs: (FoldedRun & { step: string })[],
  wants: (step: string, name: string) => boolean = () => true,
): Series[] {
  const all = new Map<string, Series>()
  for (const { step, startedAt, state } of runs) {
    for (const { ref, points } of Object.values(state.samples)) {
      if (!wants(step, ref.name))
        continue
      const series = all.get(ref.id) ?? { id: ref.id, name: ref.name, points: [] }
      series.points.push(...points.map(point => ({ ...point, at: startedAt + point.at })))
      all.set(ref.id, series)
    }
  }
  // What stopped is told by the run that follows the container, or by another.
  for (const { startedAt, state } of runs) {
    for (const { ref, view, deleted, changedAt } of Object.values(state.resources)) {
      const series = all.get(ref.id)
      if (series && (deleted || (view.state !== undefined && view.state !== 'running' && view.state !== 'created')))
        series.endedAt = Math.min(series.endedAt ?? Infinity, startedAt + changedAt)
    }
  }
  return [...all.values()]
}

/** Measurements of several containers in this time are one step of their sum, in ms. */
const TOGETHER = 300

/** The sum of `series` at each moment when one of them changed; a measurement holds until the next one. */
export function totalsOf(series: Series[]): Total[] {
  const changes = series.flatMap(({ points, endedAt = Infinity }) => {
    const counted = points.filter(point => point.at <= endedAt)
    const steps = counted.map(({ at, cpu, memory }, i) => ({
      at,
      count: i ? 0 : 1,
      cpu: cpu - (counted[i - 1]?.cpu ?? 0),
      memory: memory - (counted[i - 1]?.memory ?? 0),
    }))
    const last = counted.at(-1)
    return last && endedAt < Infinity
      ? [...steps, { at: endedAt, count: -1, cpu: -last.cpu, memory: -last.memory }]
      : steps
  }).sort((a, b) => a.at - b.at)
  const totals: Total[] = []
  let [count, cpu, memory] = [0, 0, 0]
  let first = -Infinity
  for (const change of changes) {
    count += change.count
    cpu = Math.max(0, cpu + change.cpu)
    memory = Math.max(0, memory + change.memory)
    if (change.at - first < TOGETHER)
      totals.pop()
    else
      first = change.at
    totals.push({ at: first, count, cpu, memory })
  }
  return totals
}

/** The longest stretch of time that a chart shows, and the shortest that fills it, in ms. */
const SPAN = { longest: 120_000, shortest: 10_000 }

/** Containers are measured every second: a longer silence lies between two sessions, as recordings have it. In ms. */
const SILENCE = 15_000

/** What a chart shows up to `clock`: of the last session only, however long ago another one was. */
export function windowOf(totals: Total[], clock: number): { from: number, to: number, totals: Total[] } {
  const session = totals.findLastIndex(({ at }, i) => i > 0 && at - totals[i - 1]!.at > SILENCE)
  const first = totals[Math.max(0, session)]?.at ?? clock
  const to = Math.max(clock, first + SPAN.shortest)
  const from = Math.max(first, to - SPAN.longest)
  const before = totals.findLast(total => total.at < from)
  return {
    from,
    to,
    totals: [
      ...(before ? [{ ...before, at: from }] : []),
      ...totals.filter(total => total.at >= from && total.at <= clock),
    ],
  }
}

/** A line of steps in a unit square, as an SVG path that begins at `from` and ends at `clock`; y grows downwards. */
export function stepPath(
  points: { at: number, value: number }[],
  { from, to, clock, top }: { from: number, to: number, clock: number, top: number },
): string {
  const x = (at: number): string => ((Math.min(at, clock) - from) / (to - from)).toFixed(4)
  const y = (value: number): string => (1 - value / top).toFixed(4)
  return (
    points.map(({ at, value }, i) => `${i ? 'H' : 'M'}${x(at)}${i ? 'V' : ' '}${y(value)}`).join('')
    + (points.length ? `H${x(clock)}` : '')
  )
}

/** A round number that is not below `value`: 1, 2 or 5 times a power of ten. */
export function niceTop(value: number): number {
  if (value <= 0)
    return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map(n => n * power).find(n => n >= value * 0.999)!
}

/** Bytes as `docker stats` writes them. */
export function bytesText(bytes: number): string {
  const [unit, name] = bytes < 1024 ** 2 ? [1024, 'KiB'] : bytes < 1024 ** 3 ? [1024 ** 2, 'MiB'] : [1024 ** 3, 'GiB']
  const value = bytes / unit
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${name}`
}

/** Cores as `docker stats` writes them: 100 % is one core. */
export function percentText(cores: number): string {
  const percent = cores * 100
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`
}
