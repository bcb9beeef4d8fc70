import type { StepView } from '../runners/protocol/step-view.ts'

/** What a page knows of its deck. */
export interface DeckInfo {
  steps: StepView[]
  /** The command that records steps of this deck, before their ids; empty in what is made for an audience. */
  recordCommand: string
  /** Whether a service answers on this server. */
  served: boolean
  /** Whether this is the site for the audience's own devices: it follows the talk, and steers nothing. */
  remote: boolean
}
