import type { Argv } from 'yargs'
import { join } from 'node:path'
import process from 'node:process'
import yargs from 'yargs'
import { isStepError, kindOf } from '../protocol/error.ts'
import { defaultDeck, missingFile } from './io/deck-file.ts'
import { withNotes } from './io/help.ts'
import { say } from './io/say.ts'
import { optionMistake, USAGE, usageError } from './io/usage.ts'
import { hearClosedPipe } from './process/closed-pipe.ts'
import { OWN_ROOT, readManifest } from './slidev/package-json.ts'

const COMMANDS = ['present', 'rehearse', 'record', 'check', 'export', 'build', 'plan', 'doctor', 'sweep', 'cluster', 'init', 'import']

const MODES = ['auto', 'live', 'replay'] as const

const port = { type: 'number', describe: 'Port on 127.0.0.1; by default the one of this deck' } as const

const trust = { type: 'boolean', default: false, describe: 'Run the deck\'s steps without asking' } as const

const context = { type: 'string', describe: 'Kubernetes context for the steps, instead of the one that is found' } as const

function deckArgument<T>(args: Argv<T>, command: string): Argv<T & { deck: string }> {
  return withNotes(args, command).positional('deck', { type: 'string', default: defaultDeck(), describe: 'The deck, a Markdown file; slides/seminar.md where it is there, else slides.md' }) as Argv<T & { deck: string }>
}

const MAKERS = ['kind', 'k3d', 'minikube', 'two-node'] as const

const json = { type: 'boolean', default: false, describe: 'As JSON' } as const

function clusterName<T>(args: Argv<T>): Argv<T & { name?: string, json: boolean }> {
  return withNotes(args, 'cluster').positional('name', { type: 'string', default: 'talk', describe: 'Its name' }).option('json', json) as Argv<T & { name?: string, json: boolean }>
}

function nodeOf<T>(args: Argv<T>): Argv<T & { node: string, name?: string, json: boolean }> {
  return withNotes(args, 'cluster').positional('node', { type: 'string', demandOption: true, describe: 'The node, as kubectl get nodes names it' })
    .option('name', { type: 'string', describe: 'Its cluster; talk, if left out, and in a step the one of the session' })
    .option('json', json) as Argv<T & { node: string, name?: string, json: boolean }>
}

/** Ends with `code` once the command is done; what it left open must not keep the process. */
async function finish(file: string | undefined, command: () => Promise<number>): Promise<void> {
  const missing = file === undefined ? undefined : missingFile(file, process.argv[2] === 'import' ? 'file' : 'deck')
  if (missing)
    fail(missing)
  try {
    const code = await command()
    // Where a pipe is written asynchronously, leaving now would cut the JSON off.
    await new Promise(resolve => process.stdout.write('', resolve))
    process.exit(code)
  }
  catch (error) {
    if (isStepError(error)) {
      say.error(`${error.message}. ${error.hint}`.trim())
      process.exit(kindOf(error.code)?.exit ?? 1)
    }
    // What the system refuses, such as a file that may not be written, is no mistake of ours.
    say.error(error instanceof Error && 'syscall' in error ? error.message : error)
    process.exit(1)
  }
}

function fail(message: string): never {
  say.error(message)
  process.exit(USAGE)
}

hearClosedPipe()

const cli = yargs(process.argv.slice(2))

await cli
  .scriptName('kamishibai')
  .locale('en')
  .usage('$0 <command> [deck]\n\nSlides that run: live container demos in Slidev, recorded and printed.')
  .command(['present [deck]'], 'Serve the deck and open the browser', args => deckArgument(args, 'present')
    .option('mode', { choices: MODES, describe: 'live, replay, or live where an engine answers (auto)' })
    .option('port', port)
    .option('open', { type: 'boolean', default: true, describe: 'Open the browser; --no-open prints the address only' })
    .option('trust', trust)
    .option('context', context)
    .option('resume', { type: 'boolean', default: false, describe: 'Go on at the slide where a talk was cut off, and run again what is needed' })
    .option('remote', { type: 'string', describe: 'Serve the audience\'s own devices too, to read only: at ADDRESS:PORT, or at all private addresses' })
    .option('edit', { type: 'boolean', default: false, describe: 'Let Slidev\'s side editor write to the deck' })
    .example('$0 present', 'present the deck of the folder')
    .example('$0 present talk.md --mode replay', 'play the recordings')
    .example('$0 present --resume', 'after a crash, at the slide where it was')
    .example('$0 present --remote', 'prints a link and a QR code for the audience'), async (args) => {
    // `--remote` takes the word that follows it, the deck's too; no address ends so.
    const { remote } = args
    const deck = remote?.endsWith('.md') ? remote : args.deck
    await finish(deck, async () => (await import('./commands/present.ts')).present({ ...args, deck, remote: remote === deck ? '' : remote }))
  })
  .command('init [dir]', 'Write a deck of three slides, and the package.json with which it installs', args => withNotes(args, 'init')
    .positional('dir', { type: 'string', default: '.', describe: 'The folder; it is made where it is missing' })
    .example('$0 init talk', 'then: cd talk, npm install, npm start'), async (args) => {
    await finish(undefined, async () => (await import('./commands/init.ts')).init(args))
  })
  .command('import <file>', 'Make a deck of a Markdown file whose blocks presenterm or Runme runs', args => withNotes(args, 'import')
    .positional('file', { type: 'string', demandOption: true, describe: 'The file' })
    .option('from', { choices: ['presenterm', 'runme'] as const, describe: 'What the file was written for; by default what it looks like' })
    .option('output', { type: 'string', describe: 'The deck to write; by default it goes to standard output' })
    .example('$0 import talk.md --output slides.md', 'what is not carried over is told with its line'), async (args) => {
    await finish(args.file, async () => (await import('./commands/import.ts')).importFile(args))
  })
  .command('rehearse [deck]', 'Play everything from recordings, without any engine, against the clock', args => deckArgument(args, 'rehearse')
    .option('port', port)
    .option('open', { type: 'boolean', default: true, describe: 'Open the browser; --no-open prints the address only' })
    .option('json', { type: 'boolean', default: false, describe: 'The report as JSON' })
    .example('$0 rehearse', 'on a train; Ctrl-C ends it and shows the times of all slides'), async (args) => {
    await finish(args.deck, async () => (await import('./commands/rehearse.ts')).rehearse(args))
  })
  .command('record [deck]', 'Run all steps live, in order, and write their recordings', args => deckArgument(args, 'record')
    .option('only', { type: 'array', string: true, default: [] as string[], describe: 'Only these steps, and what they need' })
    .option('keep', { type: 'string', describe: 'Run nothing: make this run of an earlier session (or the last of this step) the recording' })
    .option('trim', { type: 'string', describe: 'Run nothing: shorten every longer pause in the recordings to this time, like 2s; results stay' })
    .option('trust', trust)
    .option('context', context)
    .example('$0 record --trim 2s --only build', 'no pause of its recording is longer than 2 s')
    .example('$0 record --keep hello', 'the last live run of hello becomes its recording')
    .example('$0 record --only hello ten', 'record two steps anew')
    .example('$0 record talk.md --trust', 'without a terminal'), async (args) => {
    // `--only` takes all words that follow it, the deck's too; no id has a dot.
    const deck = args.only.find(word => word.endsWith('.md')) ?? args.deck
    const only = args.only.flatMap(word => word.endsWith('.md') ? [] : word.split(',').filter(Boolean))
    await finish(deck, async () => (await import('./commands/record.ts')).record({ ...args, deck, only }))
  })
  .command('check [deck]', 'Verify that every step still does what the deck says', args => deckArgument(args, 'check')
    .option('mode', { choices: ['live', 'replay'] as const, default: 'replay' as const, describe: 'Run the steps, or verify their recordings' })
    .option('reporter', { choices: ['text', 'json', 'junit'] as const, default: 'text' as const, describe: 'What standard output carries' })
    .option('shard', { type: 'string', describe: 'Only a share of the steps, 2/3 for the second of three machines, and live what they need' })
    .option('fit', { type: 'boolean', default: false, describe: 'Look with a browser, too, whether all steps and views fit on their slides' })
    .option('strict', { type: 'boolean', default: false, describe: 'Live, fail where a step cannot run here, or differs from its recording' })
    .option('trust', trust)
    .option('context', context)
    .example('$0 check --fit', 'also says which slides are too full')
    .example('$0 check --mode live --trust', 'in CI, with an engine')
    .example('$0 check --mode live --trust --shard 2/3', 'in CI, on the second of three machines'), async (args) => {
    await finish(args.deck, async () => (await import('./commands/check.ts')).check(args))
  })
  .command('export [deck]', 'Print the deck with its recorded results', args => deckArgument(args, 'export')
    .option('format', { choices: ['pdf', 'png', 'pptx', 'md', 'html'] as const, default: 'pdf' as const, describe: 'A PDF with an outline, a folder of pictures, PowerPoint with the notes, a hand-out in Markdown with code and results as text, or one page that plays from disk' })
    .option('output', { type: 'string', describe: 'File or folder to write' })
    .option('dark', { type: 'boolean', default: false, describe: 'In dark colours' })
    .option('with-notes', { type: 'boolean', default: false, describe: 'The PDF with the notes below each slide, for the speaker' })
    .option('without-notes', { type: 'boolean', default: false, describe: 'For html and md: leave the speaker\'s notes out; otherwise whoever has the file can read them' })
    .example('$0 export --output talk.pdf', 'for the audience')
    .example('$0 export --with-notes', 'for whoever gives the talk'), async (args) => {
    await finish(args.deck, async () => (await import('./commands/export.ts')).exportDeck(args))
  })
  .command('build [deck]', 'Make a static site in which the recordings play', args => deckArgument(args, 'build')
    .option('output', { type: 'string', default: 'dist', describe: 'Folder to write' })
    .option('without-notes', { type: 'boolean', default: false, describe: 'Leave the speaker\'s notes out; otherwise whoever has the site can read them' })
    .example('$0 build --output site', '')
    .example('$0 build --without-notes', 'to publish it'), async (args) => {
    await finish(args.deck, async () => (await import('./commands/build.ts')).build(args))
  })
  .command('plan [deck]', 'Show every step: what it runs, on what, with which files', args => deckArgument(args, 'plan')
    .option('json', { type: 'boolean', default: false, describe: 'As JSON' })
    .example('$0 plan --json', ''), async (args) => {
    await finish(args.deck, async () => (await import('./commands/plan.ts')).plan(args))
  })
  .command('doctor [deck]', 'See whether the talk can be given on this machine', args => deckArgument(args, 'doctor')
    .option('fix', { type: 'boolean', default: false, describe: 'Build, pull or fetch what is missing: images, and what a virtual machine of the deck is made of' })
    .option('trust', trust)
    .option('json', { type: 'boolean', default: false, describe: 'As JSON' })
    .example('$0 doctor', 'the evening before')
    .example('$0 doctor --fix', 'get what is missing'), async (args) => {
    await finish(args.deck, async () => (await import('./commands/doctor.ts')).doctor(args))
  })
  .command('sweep', 'Remove what earlier sessions left when they were cut off', args => withNotes(args, 'sweep')
    .option('dry-run', { type: 'boolean', default: false, describe: 'Only say what would be removed' })
    .option('json', { type: 'boolean', default: false, describe: 'As JSON' })
    .example('$0 sweep --dry-run', 'see what is left, and what stays and why'), async (args) => {
    await finish(undefined, async () => (await import('./commands/sweep.ts')).sweep(args))
  })
  .command('cluster', 'Make a cluster for the talk, or take it away', args => withNotes(args, 'cluster')
    .example('$0 cluster create', 'the cluster talk, context kamishibai-talk')
    .example('$0 cluster cut talk-worker2', 'a node is gone, and back with join')
    .command('create [name]', 'Make one: with kind, k3d or minikube, else two nodes built from source', own => clusterName(own)
      .option('maker', { choices: MAKERS, describe: 'What makes it; by default the first that works here' })
      .example('$0 cluster create', 'the cluster talk, context kamishibai-talk'), async (own) => {
      await finish(undefined, async () => (await import('./commands/cluster.ts')).create(own))
    })
    .command('status [name]', 'The clusters that Kamishibai made here', own => withNotes(own, 'cluster')
      .example('$0 cluster status', 'all of them')
      .positional('name', { type: 'string', describe: 'Only this one' })
      .option('json', json), async (own) => {
      await finish(undefined, async () => (await import('./commands/cluster.ts')).status(own))
    })
    .command('delete [name]', 'Remove a cluster that Kamishibai made', own => clusterName(own)
      .example('$0 cluster delete', 'the cluster talk'), async (own) => {
      await finish(undefined, async () => (await import('./commands/cluster.ts')).remove(own))
    })
    .command('cut <node>', 'Take a node off the network of the cluster', own => nodeOf(own)
      .example('$0 cluster cut talk-worker2', 'its pods move to other nodes'), async (own) => {
      await finish(undefined, async () => (await import('./commands/cluster.ts')).link(own, false))
    })
    .command('join <node>', 'Give it back', own => nodeOf(own)
      .example('$0 cluster join talk-worker2', ''), async (own) => {
      await finish(undefined, async () => (await import('./commands/cluster.ts')).link(own, true))
    })
    .demandCommand(1, 'Say what to do with a cluster: create, status, delete, cut or join.'))
  .check(args => optionMistake(args, cli) ?? true)
  .demandCommand(1, 'Name a command.')
  .strict()
  .strictCommands()
  .wrap(100)
  .fail((message, error) => {
    if (error instanceof Error)
      throw error
    fail(`${usageError(message, COMMANDS, cli)}\nSee kamishibai --help`)
  })
  .epilogue('Each command says more: kamishibai check --help')
  .help()
  .version(readManifest(join(OWN_ROOT, 'package.json'))!.version!)
  .alias({ help: 'h', version: 'v' })
  .parseAsync()
