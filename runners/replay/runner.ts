import type { Recording } from '../protocol/recording.ts'
import type { Runner } from '../protocol/runner.ts'
import { StepError } from '../protocol/error.ts'
import { play } from './play.ts'

export interface ReplayOptions {
  /** The recording of a step, or undefined where there is none. */
  load: (stepId: string) => Promise<Recording | undefined>
  /** Why a step is replayed at all, where that is not what was asked for: told where it has no recording. */
  reasonFor?: (stepId: string) => string | undefined
  /**
   * What records a step of this deck, as it is typed. @default that of the deck that commands take where none is named
   */
  command?: (stepId: string) => string
}

/** Plays recordings; works wherever they can be loaded, browsers included. */
export function createReplay({ load, reasonFor, command = id => `kamishibai record --only ${id}` }: ReplayOptions): Runner {
  return {
    name: 'replay',
    probe: async () => ({ available: true, version: '3' }),
    async run(step, { emit, signal }) {
      const recording = await load(step.id)
      const reason = recording ? undefined : reasonFor?.(step.id)
      if (!recording)
        throw new StepError('no-recording', `${reason ? `${reason}; and ` : ''}${step.id} was not recorded yet`, `Record it: ${command(step.id)}`, { params: { step: step.id, command: command(step.id) } })
      await play(recording.events, {
        signal,
        emit({ seq: _, at: __, ...payload }) {
          emit(payload)
        },
      }).done
    },
  }
}
