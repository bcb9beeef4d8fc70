import type { Argv } from 'yargs'
import process from 'node:process'
import { nearest } from '../../protocol/suggest.ts'

/** Exit code for a call that was wrong itself. */
export const USAGE = 2

/** What yargs knows of its options by the time it judges a call; its types leave this out. */
interface Known { getOptions: () => { key: Record<string, unknown>, boolean: string[] } }

function optionsOf(cli: Argv): { all: string[], valued: string[] } {
  const { key, boolean } = (cli as unknown as Known).getOptions()
  return { all: Object.keys(key), valued: Object.keys(key).filter(name => !boolean.includes(name)) }
}

/** Commands that take words of their own instead of a deck. */
const WITHOUT_DECK: Record<string, string> = { sweep: 'sweep takes no deck', cluster: 'one name is enough', import: 'import takes one file' }
/** Options that say something alone too. */
const ALONE = ['remote']
/** Options of one command that each say what it does, and why they cannot both be meant. */
const APART: [one: string, other: string, why: string][] = [
  ['trim', 'keep', 'one shortens the recordings that are there, the other makes a run the recording'],
  ['only', 'keep', 'a run that is kept is of one step, which --keep names'],
]
const CLUSTER_ACTIONS = ['create', 'status', 'delete', 'cut', 'join']

/** What yargs found wrong, as a sentence with what was probably meant. */
export function usageError(message: string, commands: string[], cli: Argv): string {
  const [, kind, word] = /^Unknown (command|argument)s?: ([^,]+)/.exec(message) ?? []
  if (kind && word)
    return unknownWord(word, kind, commands, optionsOf(cli).all)
  const command = process.argv[2]
  if (message.startsWith('Not enough non-option') && command === 'cluster')
    return 'Name the node, as kubectl get nodes names it.'
  if (message.startsWith('Not enough non-option') && command === 'import')
    return 'Name the file to import.'
  const [, name, given, choices] = /Argument: ([\w-]+), Given: "?([^",]*)"?, Choices: (.*)/.exec(message) ?? []
  return name && choices ? `--${name} cannot be ${given}. It is one of ${choices.replaceAll('"', '')}.` : message
}

function unknownWord(word: string, kind: string, commands: string[], options: string[]): string {
  const [, , command = '', action] = process.argv
  // Among unknown arguments are options and words that no command takes.
  const written = [`--${word}`, `--no-${word}`, `-${word}`].find(option => process.argv.some(arg => arg === option || arg.startsWith(`${option}=`)))
  if (kind === 'argument' && written) {
    const near = nearest(word.replace(/^no-/, ''), options)
    return `There is no option ${written}.${near ? ` Did you mean ${written.startsWith('--no-') ? '--no-' : '--'}${near}?` : ''}`
  }
  if (command === 'cluster' && action === word)
    return `A cluster cannot ${word}. It can ${CLUSTER_ACTIONS.join(', ')}.`
  if (commands.includes(command))
    return `${word} is too much: ${WITHOUT_DECK[command] ?? 'a command takes one deck'}.`
  const near = nearest(word, commands)
  return `There is no command ${word}.${near ? ` Did you mean ${near}?` : ` There are: ${commands.join(', ')}.`}`
}

/** What is wrong with options that each look right: one that stands twice, or without its value. */
export function optionMistake(args: Record<string, unknown>, cli: Argv): string | undefined {
  const twice = Object.entries(args).find(([name, value]) => Array.isArray(value) && name !== 'only' && name !== '_')
  if (twice)
    return `--${twice[0]} stands twice.`
  const empty = optionsOf(cli).valued.find(name => isEmpty(name, process.argv))
  if (empty)
    return `--${empty} needs a value.`
  const apart = APART.find(([one, other]) => isGiven(args[one]) && isGiven(args[other]))
  if (apart)
    return `--${apart[0]} and --${apart[1]} do not go together: ${apart[2]}.`
  const { port } = args
  return port === undefined || (Number.isInteger(port) && Number(port) > 0 && Number(port) < 65536) ? undefined : 'The port is a number from 1 to 65535.'
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined
}

/** Whether an option stands without a value: at the end, before another option, as `--name=` or as `--no-name`. */
function isEmpty(name: string, argv: string[]): boolean {
  const at = argv.indexOf(`--${name}`)
  return (at >= 0 && !ALONE.includes(name) && (argv[at + 1] ?? '--').startsWith('--')) || argv.includes(`--${name}=`) || argv.includes(`--no-${name}`)
}
