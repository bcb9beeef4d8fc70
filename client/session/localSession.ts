import type { Recording } from '../../runners/protocol/recording.ts'
import type { Player } from '../../runners/replay/play.ts'
import type { ClientRun } from './clientRun.ts'
import type { SessionClient } from './sessionClient.ts'
import { isFinal, isPassed } from '../../runners/protocol/event.ts'
import { play } from '../../runners/replay/play.ts'
import { createClientRun } from './clientRun.ts'
import { createSessionState } from './sessionClient.ts'

export interface LocalOptions {
  load: (stepId: string) => Promise<Recording | undefined>
  /** What records a step of this deck, as it is typed; a page for an audience has none. */
  command?: (stepId: string) => string
  /** What a step needs. */
  needs: (stepId: string) => string[]
}

/** A session without a service: recordings play in this window. */
export function createLocalSession({ load, command, needs }: LocalOptions): SessionClient {
  const state = createSessionState('local')
  state.mode.value = 'replay'
  const players = new Map<string, Player>()
  const sources = new Map<string, Recording>()
  let count = 0

  function addRun(stepId: string, recording: Recording, n: number, startedAt: number): ClientRun {
    const before = state.runs.get(stepId)
    if (before?.info.value.n === 0) {
      state.allRuns.splice(state.allRuns.indexOf(before), 1)
      before.dispose()
    }
    const { cols, rows, header: { recordedAt } } = recording
    const run = createClientRun({ n, step: stepId, mode: 'replay', recordedAt, startedAt, cols, rows })
    state.runs.set(stepId, run)
    state.allRuns.push(run)
    sources.set(stepId, recording)
    return run
  }

  async function begin(stepId: string, atOnce: boolean): Promise<void> {
    const phase = state.runs.get(stepId)?.state.value.phase
    if (players.has(stepId) && phase && !isFinal(phase) && !isPassed(phase))
      return
    for (const needed of needs(stepId)) {
      if (!state.runs.has(needed))
        await begin(needed, true)
    }
    const recording = await load(stepId).catch((error: unknown) => refuse(stepId, 'recording-damaged', String((error as Error).message)))
    if (!recording)
      return state.errors.has(stepId) ? undefined : refuse(stepId, 'no-recording', `${stepId} was not recorded yet`)
    state.errors.delete(stepId)
    players.get(stepId)?.finish()
    const run = addRun(stepId, recording, ++count, Date.now())
    const player = play(recording.events, { emit: run.apply })
    players.set(stepId, player)
    if (atOnce)
      player.finish()
  }

  function refuse(stepId: string, code: 'no-recording' | 'recording-damaged', message: string): undefined {
    const typed = command?.(stepId)
    state.errors.set(stepId, { code, message, hint: typed ? `Record it: ${typed}` : '', params: { step: stepId, command: typed } })
  }

  return {
    ...state,
    start: stepId => void begin(stepId, false),
    cancel: stepId => players.get(stepId)?.finish(),
    enlarge: enlarged => void (state.enlarged.value = enlarged),
    async log(stepId) {
      const recording = sources.get(stepId)
      if (!recording)
        throw new Error('no run of this step')
      return recording
    },
    async preview(stepId) {
      const recording = state.runs.has(stepId) ? undefined : await load(stepId)
      if (recording && !state.runs.has(stepId)) {
        const run = addRun(stepId, recording, 0, Date.parse(recording.header.recordedAt))
        for (const event of recording.events)
          run.apply(event)
      }
      // Whoever asks second waits for the same screen.
      await state.runs.get(stepId)?.screen.settled()
    },
    close() {
      for (const player of players.values())
        player.finish()
      for (const run of state.allRuns)
        run.dispose()
    },
  }
}
