import type { LogEvent } from '../../protocol/event.ts'
import type { RunState } from '../../protocol/fold.ts'
import type { RunInfo } from '../../protocol/wire.ts'

/** What the process of the remote viewers is told of the session: all that they may see, and nothing else. */
export type Feed
  = | { type: 'session', session: string, deck: string, mode: 'auto' | 'live' | 'replay' }
    | { type: 'forgotten', runs: number[] }
    | { type: 'place', slide: number, clicks: number, over?: string, enlarged?: number }
    /** What was added to the log of a run; output that lies together is one event, with number and time of its last. */
    | { type: 'events', run: RunInfo, events: LogEvent[] }
    /** A run as it stands, where its log reaches back farther than the memory. */
    | { type: 'snapshot', run: RunInfo, state: RunState, screen: string, screenSeq: number }

/** How the process serves. */
export interface RemoteOptions {
  /** The folder of the static site. */
  dir: string
  /** IP addresses of this machine. */
  addresses: string[]
  port: number
  /** Whether that port must be had; else the next free one will do. */
  strict: boolean
}

/** From the presenter's process to that of the remote viewers. */
export type ToRemote = { type: 'open' } & RemoteOptions | { type: 'feed', messages: Feed[] }

/** From the process of the remote viewers. */
export type FromRemote
  = | { type: 'open', port: number }
    | { type: 'refused', message: string }
    | { type: 'viewers', count: number }
