declare module 'virtual:kamishibai/deck' {
  import type { StepView } from '../runners/protocol/step-view.ts'

  export const steps: StepView[]
  export const deckName: string
  export const lang: string
  /** The command that records steps of this deck, before their ids; empty in what is made for an audience. */
  export const recordCommand: string
  /** Whether this is the exporter's server. */
  export const exporting: boolean
  /** Whether a service answers on this server. */
  export const served: boolean
  /** Whether this is the site for the audience's own devices: it follows the talk, and steers nothing. */
  export const remote: boolean
  /** Whether the speaker rehearses. */
  export const rehearsing: boolean
  /** The planned time of each slide, in ms. */
  export const plan: number[]
}

declare module 'virtual:kamishibai/recordings' {
  /** By step id; null where nothing is recorded. */
  export const recordings: Record<string, () => Promise<{ cast: string, events: string, hash: string, fresh: boolean } | null>>
}
