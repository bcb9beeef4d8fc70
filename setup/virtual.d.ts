/** Slidev's own: whether routes stand in the fragment. */
declare const __SLIDEV_HASH_ROUTE__: boolean

declare module 'virtual:kamishibai/deck' {
  import type { Flavour } from '../client/deckInfo.ts'
  import type { StepView } from '../runners/protocol/step-view.ts'

  export const steps: StepView[]
  export const deckName: string
  export const lang: string
  /** The command that records steps of this deck, before their ids; empty in what is made for an audience. */
  export const recordCommand: string
  export const flavour: Flavour
  /** Whether the speaker rehearses. */
  export const rehearsing: boolean
  /** What the page is built of; empty where it is not built for a talk. */
  export const build: string
  /** The planned time of each slide, in ms. */
  export const plan: number[]
}

declare module 'virtual:kamishibai/recordings' {
  /** By step id; null where nothing is recorded. */
  export const recordings: Record<
    string,
    () => Promise<{ cast: string, events: string, hash: string, fresh: boolean } | null>
  >
}
