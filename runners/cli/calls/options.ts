import type { Argv } from 'yargs'
import { defaultDeck } from '../io/deck-file.ts'
import { withNotes } from '../io/help.ts'

export const port = { type: 'number', describe: 'Port on 127.0.0.1; by default the one of this deck' } as const

export const trust = { type: 'boolean', default: false, describe: 'Run the deck\'s steps without asking' } as const

export const context = { type: 'string', describe: 'Kubernetes context for the steps, instead of the one that is found' } as const

export const json = { type: 'boolean', default: false, describe: 'As JSON' } as const

/** The deck of a command, and the notes below its options. */
export function deckArgument<T>(args: Argv<T>, command: string): Argv<T & { deck: string }> {
  return withNotes(args, command).positional('deck', { type: 'string', default: defaultDeck(), describe: 'The deck, a Markdown file; slides/seminar.md where it is there, else slides.md' }) as Argv<T & { deck: string }>
}
