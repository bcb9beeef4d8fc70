import type { LogEvent } from '../../runners/protocol/event.ts'
import type { ServerMessage } from '../../runners/protocol/wire.ts'
import type { ClientRun, Schedule } from './clientRun.ts'
import type { SessionClient } from './sessionClient.ts'
import { createClientRun } from './clientRun.ts'

/** The runs of a session by their numbers; the state of the session names the last one of each step. */
export interface RunTable {
  /** The last place that was taken in of each run. */
  have: () => Record<string, number>
  /** Takes a run as the service folded it; `ahead` is how far this window's clock is ahead of the service's, in ms. */
  takeSnapshot: (message: Extract<ServerMessage, { type: 'snapshot' }>, ahead: number) => void
  takeEvent: (message: Extract<ServerMessage, { type: 'event' }>) => void
  /** Draws output; resolves when all terminals have parsed it. */
  draw: (n: number, data: Uint8Array, seq: number, at: number) => Promise<void>
  forget: (n: number) => void
  clear: () => void
}

type ToldRuns = Pick<SessionClient, 'runs' | 'allRuns' | 'errors'>

/** A table without runs, which keeps `state` up to date. */
export function createRunTable(state: ToldRuns, schedule?: Schedule): RunTable {
  const byNumber = new Map<number, ClientRun>()

  function add(info: ClientRun['info']['value']): ClientRun {
    const run = createClientRun(info, schedule)
    byNumber.set(info.n, run)
    state.allRuns.push(run)
    state.errors.delete(info.step)
    return run
  }

  return {
    have: () => Object.fromEntries([...byNumber].map(([n, run]) => [n, run.seq])),
    takeSnapshot({ run: told, state: folded, screen, screenSeq }, ahead) {
      const info = { ...told, startedAt: told.startedAt + ahead }
      const run = byNumber.get(info.n) ?? add(info)
      run.info.value = info
      run.reset(folded, screen, screenSeq)
      if ((state.runs.get(info.step)?.info.value.n ?? 0) <= info.n)
        state.runs.set(info.step, run)
    },
    takeEvent: ({ run, payload, seq, at }) => byNumber.get(run)?.apply({ ...payload, seq, at } as LogEvent),
    draw: async (n, data, seq, at) => byNumber.get(n)?.draw(data, seq, at),
    forget(n) {
      const run = byNumber.get(n)
      if (!run)
        return
      const { step } = run.info.value
      byNumber.delete(n)
      state.allRuns.splice(state.allRuns.indexOf(run), 1)
      const before = state.allRuns.findLast(({ info }) => info.value.step === step)
      if (state.runs.get(step) === run)
        state.runs.delete(step)
      if (before && !state.runs.has(step))
        state.runs.set(step, before)
      state.errors.delete(step)
      run.dispose()
    },
    clear() {
      for (const run of byNumber.values())
        run.dispose()
      byNumber.clear()
      state.runs.clear()
      state.allRuns.length = 0
    },
  }
}
