import type { ShallowReactive, ShallowRef } from 'vue'
import type { ErrorInfo } from '../../runners/protocol/error.ts'
import type { Recording } from '../../runners/protocol/recording.ts'
import type { DeckChange, RunnerState } from '../../runners/protocol/wire.ts'
import type { ClientRun } from './clientRun.ts'
import type { WindowsMessage } from './windowState.ts'
import { shallowReactive, shallowRef } from 'vue'

export interface StartOptions {
  /** Plays the recording. */
  replay?: boolean
  /** The step's last run that this window knows of: where another window has started a newer one, nothing happens. */
  after?: number
}

/** What a window knows of the session, whoever serves it. */
export interface SessionClient {
  /** `local`: no service; recordings play in this window. */
  status: ShallowRef<'connecting' | 'open' | 'lost' | 'local'>
  mode: ShallowRef<'auto' | 'live' | 'replay'>
  runners: ShallowRef<RunnerState[]>
  /** The last run of each step. */
  runs: ShallowReactive<Map<string, ClientRun>>
  allRuns: ShallowReactive<ClientRun[]>
  /** What was refused, by step. */
  errors: ShallowReactive<Map<string, ErrorInfo>>
  /** How the deck on disk stands to the one that is presented. */
  change: ShallowRef<DeckChange>
  /** The clock of the talk, as the service told it at `at` of this window's; undefined before the first slide. */
  pace: ShallowRef<TalkPace | undefined>
  /** The part of a slide that fills it. */
  enlarged: ShallowRef<Enlarged | undefined>
  /** How the audience's own devices are served; undefined where they are not, or nobody tells it. */
  remote: ShallowRef<RemoteView | undefined>
  /** What was refused that is of no one step. */
  refused: ShallowRef<ErrorInfo | undefined>
  /** Why nothing runs live here, where a person can change that. */
  note: ShallowRef<'token' | undefined>
  /** Plays recordings from now on, or runs live again. */
  setMode?: (mode: 'live' | 'replay') => void
  /** Makes these steps, or all, as if they had never run. */
  reset?: (stepIds?: string[]) => void
  start: (stepId: string, options?: StartOptions) => void
  cancel: (stepId: string) => void
  /** Shows the last live run of a step again, whose place its recording has taken. */
  back?: (stepId: string) => void
  /** Types into the last run of a `{terminal}` step; a session without a service has none that takes it. */
  input?: (stepId: string, data: string) => void
  /** Gives the last run of a `{terminal}` step another size. */
  resize?: (stepId: string, cols: number, rows: number) => void
  /**
   * Tells the service which slide this window shows, and how many of its clicks are done, and which step lies over it.
   */
  show?: (slide: number, clicks: number, over?: string) => void
  /** Asks that what changed on disk be presented. */
  takeChange?: () => void
  /** Tells other windows what changed here of what Slidev keeps in step. */
  tellWindows?: (channel: WindowsMessage['channel'], patch: Record<string, unknown>) => void
  /** Calls back with what other windows changed of it, for as long as this client lives. */
  onWindows?: (listener: (message: WindowsMessage) => void) => void
  /** Lets a part of the slide that is shown fill it, in all windows that this session reaches; none with undefined. */
  enlarge: (enlarged?: Enlarged) => void
  /** The whole log of the last run of a step. */
  log: (stepId: string) => Promise<Recording>
  /** Shows the end of a step's recording where no run of it is known; a service shows only what ran. */
  preview?: (stepId: string) => Promise<void>
  close: () => void
}

/** A part of a slide, by its number among them from 1. */
export interface Enlarged { slide: number, part: number }

/** What the audience's own devices open, and how many do. */
export interface RemoteView { state: 'off' | 'preparing' | 'open' | 'failed', urls: string[], viewers: number }

/** Where a talk is, and how long it took to get there. */
export interface TalkPace {
  slide: number
  /** How many of its clicks are done. */
  clicks: number
  /** The step that lies over it. */
  over?: string
  /** How long each slide was shown, in ms by its number. */
  spent: Record<string, number>
  /** When that was so, as performance.now() has it. */
  at: number
}

/** The state that every kind of session client has. */
export type SessionState = Pick<
  SessionClient,
  'status' | 'mode' | 'runners' | 'runs' | 'allRuns' | 'errors' | 'change' | 'pace' | 'enlarged' | 'remote' | 'refused' | 'note'
>

/** The state of a session of which nothing is known yet. */
export function createSessionState(status: 'connecting' | 'local'): SessionState {
  return {
    status: shallowRef<SessionClient['status']['value']>(status),
    mode: shallowRef<SessionClient['mode']['value']>('auto'),
    runners: shallowRef<RunnerState[]>([]),
    runs: shallowReactive(new Map()),
    allRuns: shallowReactive([]),
    errors: shallowReactive(new Map()),
    change: shallowRef<DeckChange>({ state: 'none', steps: [] }),
    pace: shallowRef<TalkPace>(),
    enlarged: shallowRef<Enlarged>(),
    remote: shallowRef<RemoteView>(),
    refused: shallowRef<ErrorInfo | undefined>(),
    note: shallowRef<'token' | undefined>(),
  }
}
