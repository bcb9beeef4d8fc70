import type { Recording } from '../protocol/recording.ts'
import type { Runner } from '../protocol/runner.ts'
import { StepError } from '../protocol/error.ts'
import { play } from './play.ts'

export interface ReplayOptions {
  /** The recording of a step, or undefined where there is none. */
  load: (stepId: string) => Promise<Recording | undefined>
  /** What records a step of this deck, as it is typed. @default that of the deck that commands take where none is named */
  command?: (stepId: string) => string
}

/** Plays recordings; works wherever they can be loaded, browsers included. */
export function createReplay({ load, command = id => `kamishibai record --only ${id}` }: ReplayOptions): Runner {
  return {
    name: 'replay',
    probe: async () => ({ available: true, version: '3' }),
    async run(step, { emit, signal }) {
      const recording = await load(step.id)
      if (!recording)
        throw new StepError('no-recording', `${step.id} was not recorded yet`, `Record it: ${command(step.id)}`, { params: { step: step.id, command: command(step.id) } })
      await play(recording.events, {
        signal,
        emit({ seq: _, at: __, ...payload }) {
          emit(payload)
        },
      }).done
    },
  }
}
