import { join } from 'node:path'
import process from 'node:process'
import yargs from 'yargs'
import { clusterCalls } from './calls/cluster.ts'
import { fail } from './calls/finish.ts'
import { machineCalls } from './calls/machine.ts'
import { outputCalls } from './calls/output.ts'
import { startCalls } from './calls/start.ts'
import { stepsCalls } from './calls/steps.ts'
import { optionMistake, usageError } from './io/usage.ts'
import { hearClosedPipe } from './process/closed-pipe.ts'
import { OWN_ROOT, readManifest } from './slidev/package-json.ts'

const COMMANDS = ['present', 'rehearse', 'record', 'check', 'export', 'build', 'plan', 'doctor', 'sweep', 'cluster', 'init', 'import']

hearClosedPipe()

const cli = yargs(process.argv.slice(2))
cli
  .scriptName('kamishibai')
  .locale('en')
  .usage('$0 <command> [deck]\n\nSlides that run: live container demos in Slidev, recorded and printed.')

for (const addCalls of [startCalls, stepsCalls, outputCalls, machineCalls, clusterCalls])
  addCalls(cli)

await cli
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
