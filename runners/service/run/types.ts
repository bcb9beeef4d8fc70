import type { ErrorInfo } from '../../protocol/error.ts'
import type { Expectation, Phase, Pipe } from '../../protocol/event.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Health, RunContext, Runner } from '../../protocol/runner.ts'
import type { Condition, Step } from '../../protocol/step.ts'
import type { RunInfo } from '../../protocol/wire.ts'
import type { RunLog } from './log.ts'
import type { Redactor } from './redact.ts'

/** How a run stood at its moment: ready, or over. */
export interface Outcome {
  phase: Phase
  expectations: Expectation[]
  error?: ErrorInfo
  durationMs: number
}

/** One execution of a step. */
export interface Run {
  info: RunInfo
  step: Step
  log: RunLog
  /** Settles at the run's moment; never rejects. */
  moment: Promise<Outcome>
  /** Settles when nothing of the run goes on any more. */
  over: Promise<void>
  /** The recording, once the tail that follows the moment has ended; made from the log when it is asked for. */
  recorded: () => Promise<Recording>
  /** Ends that tail now: what comes is no part of the recording. */
  endTail: () => void
  /** Ends what still goes on; `reason` is what the log will say. */
  cancel: (reason: string) => void
  input: (data: string) => void
  resize: (cols: number, rows: number) => void
}

/** A run in the hands of whoever carries it out. */
export interface LiveRun extends Run {
  runner: Runner
  context: Omit<RunContext, 'environment' | 'emit' | 'started' | 'signal' | 'drained'>
  /** Ends the run when it is aborted; its reason is why. */
  signal: AbortController
  /** Takes secrets out of all that the runner tells, before anybody sees it. */
  redactor: Redactor
  /** In bytes. */
  outputLimit: number
  healthy: (name: string) => Promise<Health | undefined>
  holds: (condition: Condition) => Promise<Expectation | undefined>
  /** Settles `moment`; only the first call counts. */
  onMoment: (outcome: Outcome) => void
  /** The line of the code at which the block ended, where its runner told it. */
  endLine: () => number | undefined
  /** The pipelines of which a part has failed so far. */
  pipes: () => Pipe[]
  /** Settles `over`. */
  onOver: () => void
}
