import type { ShellCommand } from './shell-words.ts'

/** Commands whose answer decides what comes behind `&&`. */
const TESTS = new Set(['[', '[[', 'test', 'command', 'type', 'which', 'hash', 'whence', 'false', 'grep', 'pgrep'])
const OPENS = new Map([['if', 'fi'], ['do', 'done'], ['{', '}'], ['(', ')'], ['case', 'esac']])
const CLOSES = new Set(OPENS.values())
/** What may or may not be run: the branches of these. */
const BRANCHES = new Set(['fi', 'esac'])

/** Commands of one list, as `a && b | c`. */
interface List { commands: ShellCommand[], asks: boolean, tests: boolean }

/** A compound command that is open; `end` is the word that ends it. */
interface Group { end: string, body?: string, commands: ShellCommand[], outer: List }

/** Follows the structure of a script, and marks each command that may not be run, or may fail. */
export interface Places {
  /** A reserved word or a parenthesis. */
  word: (text: string) => void
  operator: (text: string) => void
  /** The name of a function, whose body comes next. */
  defines: (name: string) => void
  add: (command: ShellCommand) => void
}

export function createPlaces(): Places {
  const groups: Group[] = []
  let list = newList()
  let body: string | undefined
  let negated = false
  let goesOn = false

  function open(end: string): void {
    groups.push({ end, body, commands: [], outer: list })
    body = undefined
    list = newList()
  }

  function close(end: string): void {
    if (groups.at(-1)?.end !== end)
      return
    const { outer, commands } = groups.pop()!
    list = { ...outer, commands: [...outer.commands, ...commands] }
    groups.at(-1)?.commands.push(...commands)
  }

  return {
    word(text) {
      negated ||= text === '!'
      const end = OPENS.get(text)
      if (end)
        open(end)
      else if (CLOSES.has(text))
        close(text)
      else if (text !== '!')
        list = newList()
      goesOn = false
    },
    operator(text) {
      if (text === '||') {
        list.asks = true
        list.commands.forEach(command => (command.sure = false))
      }
      list.tests ||= text === '&&' && list.commands.some(({ words: [word] }) => TESTS.has(word ?? ''))
      negated &&= text === '|'
      if (/^[;&\n]/.test(text) && text !== '&&' && !(text === '\n' && goesOn))
        list = newList()
      goesOn = /^(?:&&|\|\|?&?)$/.test(text) || (goesOn && text === '\n')
    },
    defines: name => void (body = name),
    add(command) {
      command.body ??= groups.findLast(group => group.body !== undefined)?.body
      command.sure &&= !negated && !list.asks && !list.tests && !groups.some(group => BRANCHES.has(group.end))
      list.commands.push(command)
      groups.at(-1)?.commands.push(command)
      goesOn = false
    },
  }
}

function newList(): List {
  return { commands: [], asks: false, tests: false }
}
