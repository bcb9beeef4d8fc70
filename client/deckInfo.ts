import type { StepView } from '../runners/protocol/step-view.ts'

/**
 * For whom a page is made: `dev` is written and `stage` is presented, with a service that runs its steps; `export`
 * becomes paper;
 * `site` plays recordings, built or served by Slidev alone; `one-file` does so from disk;
 * `audience` follows a talk on the audience's own devices, and steers nothing.
 */
export type Flavour = 'dev' | 'stage' | 'export' | 'site' | 'one-file' | 'audience'

/** What a page knows of its deck. */
export interface DeckInfo {
  steps: StepView[]
  /** The command that records steps of this deck, before their ids; empty in what is made for an audience. */
  recordCommand: string
  flavour: Flavour
  /** What the page is built of; empty where it is not built for a talk. */
  build?: string
}

/** Whether such a page leads a talk: it may run steps. */
export function isLeading(flavour: Flavour): boolean {
  return flavour === 'dev' || flavour === 'stage'
}

/** Whether a service tells such a page what runs. */
export function isServed(flavour: Flavour): boolean {
  return isLeading(flavour) || flavour === 'audience'
}
