import type { Expectation } from '../../runners/protocol/event.ts'
import type { ErrorText } from '../errorText.ts'
import type { StepClient } from './stepClient.ts'
import { errorText } from '../errorText.ts'

/** Why a step failed, or why its recording plays, in the language of the deck. */
export interface Reason extends ErrorText {
  /** The step, as people call it. */
  name: string
  /** No failure: its recording plays instead. */
  lacking: boolean
  /** What was expected and does not hold. */
  unmet: Expectation[]
}

type Told = Pick<StepClient, 'step' | 'error' | 'unrecorded' | 'hasRecording' | 'state' | 'run'>

/** The reason that a step gives; undefined where all is well. */
export function reasonOf(client: Told, language: string | undefined): Reason | undefined {
  const error = client.error.value
  if (!error || client.unrecorded.value)
    return undefined
  const text = errorText(error, language)
  const detail = text.detail ?? lastLine(client)
  return {
    ...text,
    ...detail !== undefined && { detail },
    name: client.step?.title ?? client.step?.id ?? '',
    lacking: error.code === 'lacking' && client.hasRecording.value,
    unmet: client.state.value.expectations.filter(({ ok }) => !ok),
  }
}

/** The last line of a failed step's output where the slide shows none: it says why. */
function lastLine({ step, state, run }: Told): string | undefined {
  if (step?.out !== 'none' || !state.value.exit?.code)
    return undefined
  return run.value?.lines.value.map(line => line.map(({ text }) => text).join('').trim()).findLast(Boolean)
}
