import type Docker from 'dockerode'
import type { Readable } from 'node:stream'
import type { Payload, PayloadOf } from '../protocol/event.ts'
import { parseLines } from './lines.ts'

/** What did not change by more is not told again, for a while: cores, a fraction of the memory, ms. */
const SAME = { cpu: 0.005, memory: 0.01, for: 5000 }

/** What of the engine's answer is used. */
interface EngineStats {
  read: string
  cpu_stats: { cpu_usage: { total_usage: number } }
  memory_stats: { usage?: number, stats?: { total_inactive_file?: number, inactive_file?: number } }
}

/** The CPU time that a container had used at a moment, in ns and ms since the epoch, and its memory in bytes. */
export interface Reading { total: number, at: number, memory: number }

type Resource = PayloadOf<'resource'>

/**
 * Measures containers about once a second from the word that they run to the word that they do not; tells what changed.
 * The engine pushes the figures: asked for one at a time, it takes a second for each.
 */
export function createSampler(
  docker: Docker,
  emit: (step: string | undefined, payload: Payload) => void,
  signal: AbortSignal,
): (step: string | undefined, resource: Resource) => void {
  const streams = new Map<string, AbortController>()

  async function follow(step: string | undefined, { ref, view }: Resource, end: AbortSignal): Promise<void> {
    // Before its first second is over, what it used since its creation tells its share.
    let before: Reading = { total: 0, at: Date.parse(String(view.createdAt)) || Date.now(), memory: 0 }
    let told: { cpu: number, memory: number, at: number } | undefined
    // Its types know no signal.
    const stream = (await docker
      .getContainer(ref.id)
      .stats({ stream: true, abortSignal: end } as { stream: true })) as Readable
    stream.on('error', () => {})
    for await (const stats of parseLines<EngineStats>(stream)) {
      const reading = toReading(stats)
      if (!reading || reading.at <= before.at)
        continue
      const cpu = cpuBetween(before, reading)
      before = reading
      if (
        told
        && reading.at - told.at < SAME.for
        && Math.abs(told.cpu - cpu) < SAME.cpu
        && Math.abs(told.memory - reading.memory) <= told.memory * SAME.memory
      ) {
        continue
      }
      told = { cpu, memory: reading.memory, at: reading.at }
      if (!end.aborted)
        emit(step, { type: 'sample', ref, cpu, memory: reading.memory })
    }
  }

  return (step, resource) => {
    const { ref, op, view } = resource
    const running = op !== 'deleted' && view.state === 'running'
    const known = streams.get(ref.id)
    if (running === (known !== undefined))
      return
    known?.abort()
    streams.delete(ref.id)
    if (!running)
      return
    const end = new AbortController()
    streams.set(ref.id, end)
    // With the container, or with its engine, the figures end; the watch tells which.
    follow(step, resource, AbortSignal.any([signal, end.signal]))
      .catch(() => {})
      .finally(() => streams.get(ref.id) === end && streams.delete(ref.id))
  }
}

/** Cores in use between two readings, to a ten-thousandth. */
export function cpuBetween(before: Reading, after: Reading): number {
  return Math.max(0, Math.round((after.total - before.total) / (after.at - before.at) / 100) / 1e4)
}

/**
 * One answer of the engine as we count it: memory without the file cache, as `docker stats` does. Undefined for a
 * container that does not run.
 */
export function toReading({ read, cpu_stats, memory_stats: { usage, stats } }: EngineStats): Reading | undefined {
  if (usage === undefined)
    return undefined
  const cache = stats?.total_inactive_file ?? stats?.inactive_file ?? 0
  return { total: cpu_stats.cpu_usage.total_usage, at: Date.parse(read), memory: cache < usage ? usage - cache : usage }
}
