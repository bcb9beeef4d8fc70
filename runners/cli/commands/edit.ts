import type { PresentOptions } from './present.ts'
import { startPresentation, untilOver } from './present.ts'

/** What `edit` takes of the options of `present`. */
export type EditOptions = Pick<PresentOptions, 'deck' | 'port' | 'open' | 'trust' | 'context'>

/** `kamishibai edit`: serves the deck, takes over what its author saves; resolves with the exit code. */
export async function edit(options: EditOptions): Promise<number> {
  const editing: PresentOptions = { ...options, edit: true }
  return untilOver(await startPresentation(editing), editing)
}
