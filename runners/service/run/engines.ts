import type { StepError } from '../../protocol/error.ts'
import type { Expectation, Payload } from '../../protocol/event.ts'
import type { Health, Runner } from '../../protocol/runner.ts'
import type { Condition, RunnerName, Step } from '../../protocol/step.ts'
import type { RunnerState } from '../../protocol/wire.ts'

/** The runners of a session as one: which of them are live, and what they offer each other. */
export interface Engines {
  /** How each stood at the start. */
  states: RunnerState[]
  /** Their versions, by runner. */
  versions: () => Record<string, string>
  get: (name: RunnerName) => Runner | undefined
  /** Looks for what the steps of the deck need by now. */
  follow: () => Promise<void>
  /**
   * Whether a step is live here: its engine is, and so are those of all that it needs, which would else ask for what is
   * not there.
   */
  canRun: (step: Step) => boolean
  /** Why a step plays its recording: what it requires is lacking. */
  lackOf: (step: Step) => StepError | undefined
  /** Why an engine of the step was not there at the start. */
  absenceOf: (step: Step) => string | undefined
  /** Throws StepError if a program that the step calls is not here. */
  demandPrograms: (step: Step) => void
  /** Throws StepError if the runner of the step is not to be had now. */
  demand: (step: Step) => Promise<void>
  /** Removes what an earlier run of the step made. */
  reset: (step: Step, options?: { again?: boolean }) => Promise<void>
  /**
   * Resolves when the engine that a step of the shell calls is lost while it runs, or with undefined at the signal; the
   * other runners notice it themselves.
   */
  lost: (step: Step, signal: AbortSignal) => Promise<StepError | undefined>
  /**
   * What a failure of the step really was: what fails with an engine gone failed for that, whatever its program says.
   */
  diagnose: (step: Step, error: unknown) => Promise<unknown>
  /** The environment of a shell; `stepId` says whose block is in it. */
  openShell: (shell: string, stepId: () => string) => Promise<Record<string, string>>
  dial: (target: string) => Promise<string | undefined>
  /** What the first engine says that knows the condition. */
  holds: (condition: Condition) => Promise<Expectation | undefined>
  healthy: (name: string) => Promise<Health | undefined>
  /** Calls back with what the live engines see, and the step that it is of, until the signal. */
  watch: (emit: (stepId: string | undefined, payload: Payload) => void, signal: AbortSignal) => void
  /** Lets nothing carry over from what ran before. */
  startOver: () => Promise<void>
  /** Asks the live engines whether they still answer; says whether one stands otherwise than before. */
  check: () => Promise<boolean>
  /** Removes what the session made; false where something may be left. */
  close: () => Promise<boolean>
}
