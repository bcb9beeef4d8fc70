import type { Argv } from 'yargs'
import { finish } from './finish.ts'
import { context, deckArgument, port, trust } from './options.ts'

/** What goes through the steps of a deck. */
export function stepsCalls(cli: Argv): void {
  cli
    .command('rehearse [deck]', 'Play everything from recordings, without any engine, against the clock', args => deckArgument(args, 'rehearse')
      .option('port', port)
      .option('open', { type: 'boolean', default: true, describe: 'Open the browser; --no-open prints the address only' })
      .option('json', { type: 'boolean', default: false, describe: 'The report as JSON' })
      .example('$0 rehearse', 'on a train; Ctrl-C ends it and shows the times of all slides'), async (args) => {
      await finish(args.deck, async () => (await import('../commands/rehearse.ts')).rehearse(args))
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
      await finish(deck, async () => (await import('../commands/record.ts')).record({ ...args, deck, only }))
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
      await finish(args.deck, async () => (await import('../commands/check.ts')).check(args))
    })
}
