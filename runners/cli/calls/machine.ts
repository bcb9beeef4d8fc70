import type { Argv } from 'yargs'
import { withNotes } from '../io/help.ts'
import { finish } from './finish.ts'
import { deckArgument, trust } from './options.ts'

/** What looks at a deck and its machine. */
export function machineCalls(cli: Argv): void {
  cli
    .command('plan [deck]', 'Show every step: what it runs, on what, with which files', args => deckArgument(args, 'plan')
      .option('json', { type: 'boolean', default: false, describe: 'As JSON' })
      .example('$0 plan --json', ''), async (args) => {
      await finish(args.deck, async () => (await import('../commands/plan.ts')).plan(args))
    })
    .command('doctor [deck]', 'See whether the talk can be given on this machine', args => deckArgument(args, 'doctor')
      .option('fix', { type: 'boolean', default: false, describe: 'Build, pull or fetch what is missing: images, and what a virtual machine of the deck is made of' })
      .option('trust', trust)
      .option('json', { type: 'boolean', default: false, describe: 'As JSON' })
      .example('$0 doctor', 'the evening before')
      .example('$0 doctor --fix', 'get what is missing'), async (args) => {
      await finish(args.deck, async () => (await import('../commands/doctor.ts')).doctor(args))
    })
    .command('sweep', 'Remove what earlier sessions left when they were cut off', args => withNotes(args, 'sweep')
      .option('dry-run', { type: 'boolean', default: false, describe: 'Only say what would be removed' })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON' })
      .example('$0 sweep --dry-run', 'see what is left, and what stays and why'), async (args) => {
      await finish(undefined, async () => (await import('../commands/sweep.ts')).sweep(args))
    })
}
