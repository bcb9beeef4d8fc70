import type { Argv } from 'yargs'
import { finish } from './finish.ts'
import { deckArgument } from './options.ts'

/** What is made of a deck. */
export function outputCalls(cli: Argv): void {
  cli
    .command('export [deck]', 'Print the deck with its recorded results', args => deckArgument(args, 'export')
      .option('format', { choices: ['pdf', 'png', 'pptx', 'md', 'html'] as const, default: 'pdf' as const, describe: 'A PDF with an outline, a folder of pictures, PowerPoint with the notes, a hand-out in Markdown with code and results as text, or one page that plays from disk' })
      .option('output', { type: 'string', describe: 'File or folder to write' })
      .option('dark', { type: 'boolean', default: false, describe: 'In dark colours' })
      .option('with-notes', { type: 'boolean', default: false, describe: 'The PDF with the notes below each slide, for the speaker' })
      .option('without-notes', { type: 'boolean', default: false, describe: 'For html and md: leave the speaker\'s notes out; otherwise whoever has the file can read them' })
      .example('$0 export --output talk.pdf', 'for the audience')
      .example('$0 export --with-notes', 'for whoever gives the talk'), async (args) => {
      await finish(args.deck, async () => (await import('../commands/export.ts')).exportDeck(args))
    })
    .command('build [deck]', 'Make a static site in which the recordings play', args => deckArgument(args, 'build')
      .option('output', { type: 'string', default: 'dist', describe: 'Folder to write' })
      .option('without-notes', { type: 'boolean', default: false, describe: 'Leave the speaker\'s notes out; otherwise whoever has the site can read them' })
      .example('$0 build --output site', '')
      .example('$0 build --without-notes', 'to publish it'), async (args) => {
      await finish(args.deck, async () => (await import('../commands/build.ts')).build(args))
    })
}
