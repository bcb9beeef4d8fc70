import type { PipeFailure } from './block.ts'
import type { Expectation, Payload } from './event.ts'
import type { Settings } from './headmatter.ts'
import type { Condition, RunnerName, Step } from './step.ts'
import type { SweepFilter, SweepReport } from './sweep.ts'

/** Label keys on everything that a session creates. */
export const LABELS = {
  session: 'dev.kamishibai.session',
  deck: 'dev.kamishibai.deck',
  step: 'dev.kamishibai.step',
  owner: 'dev.kamishibai.owner',
} as const

/** A cluster, told from any other that a context of its name may lead to. */
export interface ClusterIdentity {
  context: string
  server: string
  /** The UID of its namespace `kube-system`: it lives as long as the cluster. */
  uid: string
}

/** How the user stands to a cluster: approved, never asked about, or another than the approved ones of its context. */
export type ClusterStanding = 'approved' | 'new' | 'changed'

/** What a runner may know of the session it works for. */
export interface RunnerConfig {
  sessionId: string
  /** The deck's folder, absolute: where scripts start and contexts are found. */
  deckDir: string
  /** A folder only the user can enter, removed at the session's end. */
  privateDir: string
  settings: Settings
  /** The deck's language, a BCP 47 tag: that of what a runner itself writes among a step's output. @default English */
  lang?: string
  /** Whose CPU and memory are measured: step ids and names of containers, `*` for all. @default none */
  measured?: string[]
  /** Labels for everything created, all but the step's. */
  labels: Record<string, string>
  /** Process environment, so that no runner reads `process.env`. */
  env: Record<string, string | undefined>
  /** What Docker's own configuration says of proxies for containers. */
  proxies?: Record<string, unknown>
  /** How the user stands to a cluster; asked before more than its identity is requested. @default approved */
  standingOf?: (cluster: ClusterIdentity) => Promise<ClusterStanding>
}

/** Whether a runner can work here. */
export type Probe
  = | { available: true, version: string }
    | { available: false, reason: string, hint: string }

/** What a run gets. */
export interface RunContext {
  emit: (payload: Payload) => void
  /**
   * Called once what the step starts runs, or its manifests are accepted: no condition of `until` counts before, as it
   * may hold of somebody else's.
   */
  started: () => void
  /** Aborted at cancel, time-out and the session's end. */
  signal: AbortSignal
  /** Labels of the session and of this step. */
  labels: Record<string, string>
  /** What other runners offer to the shell of a step (`DOCKER_HOST`, `KUBECONFIG`); empty for any other step. */
  environment: Record<string, string>
  /** The base URL to reach `NAME:PORT` of something in the session; undefined when no runner knows it. */
  dial: (target: string) => Promise<string | undefined>
  /** Bytes typed by the presenter, for interactive runs; the handler stays until the run ends. */
  onInput: (handler: (data: string) => void) => void
  onResize: (handler: (cols: number, rows: number) => void) => void
  /** What the block before left in the shell of this step, as its runner told `leave`; undefined at the start. */
  found: () => string | undefined
  /** Takes what a block leaves for the next one of its shell; it counts once the run has passed. */
  leave: (state: string) => void
  /** Takes the line of the code, from 1, at which a block ended. */
  endedAt: (line: number) => void
  /** Takes a command that failed before the end of its pipeline: a warning, as the block goes on. */
  pipeFailed?: (failure: PipeFailure) => void
  /** Called by the runner when it may pause its source: resolves when readers have caught up. */
  drained: () => Promise<void> | undefined
}

/** Whether something is healthy; `detail` says in words how it stands. */
export interface Health { ok: boolean, detail: string }

/** Executes one kind of step. A missing capability is a missing method. */
export interface Runner {
  name: RunnerName
  probe: (signal: AbortSignal) => Promise<Probe>
  /**
   * The cluster that sessions would work in; undefined where there is none that the user must be asked about, or it
   * does not answer.
   */
  identify?: (signal: AbortSignal) => Promise<ClusterIdentity | undefined>
  /** Resolves when the run is over; throws only `StepError`. Emits `exit` before it resolves, where there is one. */
  run: (step: Step, context: RunContext) => Promise<void>
  /** Removes what earlier runs of the step left; before it runs `again`, only what that run does not go on from. */
  reset?: (stepId: string, options?: { again?: boolean }) => Promise<void>
  /**
   * Forgets what blocks handed on to later ones, ends what they left running, and removes what no step is known to have
   * made.
   */
  startOver?: () => Promise<void>
  /** Environment for a named shell of the session; `step` says which step runs in it now. */
  open?: (shell: string, step: () => string) => Promise<Record<string, string>>
  /** Programs that shells get from it beside those of the machine. */
  programs?: () => string[]
  /** Follows the engine; `step` is the label of the object's step, undefined when unknown. */
  watch?: (emit: (step: string | undefined, payload: Payload) => void, signal: AbortSignal) => Promise<void>
  /**
   * The base URL to reach `NAME[:PORT]` from here; undefined when it knows no NAME, StepError when there is no way to
   * it.
   */
  dial?: (target: string) => Promise<string | undefined>
  /**
   * True where the engine offers what a step requires (`host`, `policy`, `etcd`, `overlay`, `vm`, `nodes:2`), else why
   * not; undefined where it is not this runner's to say.
   */
  offers?: (requirement: string) => Promise<true | string | undefined>
  /** Judges a condition that only this engine can tell; undefined for any other. */
  holds?: (condition: Condition) => Promise<Expectation | undefined>
  /** How NAME's own check of its health stands; undefined when it knows no NAME, StepError when it has none. */
  healthy?: (name: string) => Promise<Health | undefined>
  /**
   * Removes what sessions left that did not come to their own end. No session need be open: the configuration is then
   * that of none. Throws StepError `engine-unavailable` where the engine does not answer.
   */
  sweep?: (filter: SweepFilter) => Promise<SweepReport>
  /**
   * Asked where the engine does not answer: why nothing of the session with this private folder can be left there;
   * undefined where it may be.
   */
  forgets?: (privateDir: string) => Promise<string | undefined>
  /** Which of these images its engine has not. */
  lacks?: (images: string[]) => Promise<string[]>
  /** Gets an image from its registry; `onProgress` tells bytes. Throws StepError `image-missing`. */
  fetch?: (image: string, onProgress: (done: number, total: number) => void) => Promise<void>
  /**
   * Makes for a moment what steps need: a network, and a container of an image that is there. Resolves with what its
   * engine cannot do.
   */
  tryOut?: (image?: string) => Promise<string | undefined>
  /** Removes everything of the session; resolves when nothing is left. */
  close?: () => Promise<void>
}

/** Creates a runner; acquires nothing until it is used. */
export type RunnerFactory = (config: RunnerConfig) => Runner
