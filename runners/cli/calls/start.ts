import type { Argv } from 'yargs'
import { withNotes } from '../io/help.ts'
import { finish } from './finish.ts'
import { context, deckArgument, port, trust } from './options.ts'

const MODES = ['auto', 'live', 'replay'] as const

/** What begins: a talk, or a deck. */
export function startCalls(cli: Argv): void {
  cli
    .command(['present [deck]'], 'Serve the deck and open the browser', args => deckArgument(args, 'present')
      .option('mode', { choices: MODES, describe: 'live, replay, or live where an engine answers (auto)' })
      .option('port', port)
      .option('open', { type: 'boolean', default: true, describe: 'Open the browser; --no-open prints the address only' })
      .option('trust', trust)
      .option('context', context)
      .option('resume', { type: 'boolean', default: false, describe: 'Go on at the slide where a talk was cut off, and run again what is needed' })
      .option('remote', { type: 'string', describe: 'Serve the audience\'s own devices too, to read only: at ADDRESS:PORT, or at all private addresses' })
      .example('$0 present', 'present the deck of the folder')
      .example('$0 present talk.md --mode replay', 'play the recordings')
      .example('$0 present --resume', 'after a crash, at the slide where it was')
      .example('$0 present --remote', 'prints a link and a QR code for the audience'), async (args) => {
      // `--remote` takes the word that follows it, the deck's too; no address ends so.
      const { remote } = args
      const deck = remote?.endsWith('.md') ? remote : args.deck
      await finish(deck, async () => (await import('../commands/present.ts')).present({ ...args, deck, remote: remote === deck ? '' : remote }))
    })
    .command('edit [deck]', 'Serve the deck while it is written: what is saved is on the slide, steps included', args => deckArgument(args, 'edit')
      .option('port', port)
      .option('open', { type: 'boolean', default: true, describe: 'Open the browser; --no-open prints the address only' })
      .option('trust', trust)
      .option('context', context)
      .example('$0 edit talk.md', 'runs, containers and shells of steps that did not change stay'), async (args) => {
      await finish(args.deck, async () => (await import('../commands/edit.ts')).edit(args))
    })
    .command('init [dir]', 'Write a deck of three slides, and the package.json with which it installs', args => withNotes(args, 'init')
      .positional('dir', { type: 'string', default: '.', describe: 'The folder; it is made where it is missing' })
      .example('$0 init talk', 'then: cd talk, npm install, npm start'), async (args) => {
      await finish(undefined, async () => (await import('../commands/init.ts')).init(args))
    })
    .command('import <file>', 'Make a deck of a Markdown file whose blocks presenterm or Runme runs', args => withNotes(args, 'import')
      .positional('file', { type: 'string', demandOption: true, describe: 'The file' })
      .option('from', { choices: ['presenterm', 'runme'] as const, describe: 'What the file was written for; by default what it looks like' })
      .option('output', { type: 'string', describe: 'The deck to write; by default it goes to standard output' })
      .example('$0 import talk.md --output slides.md', 'what is not carried over is told with its line'), async (args) => {
      await finish(args.file, async () => (await import('../commands/import.ts')).importFile(args))
    })
}
