/** A session that was copied: its commands without their prompts, and what they printed. */
export interface Copied { commands: string[], output: string[] }

const RE_PROMPT = /^\s*\$ (.*)$/
/** What a shell writes before a line that goes on. */
const RE_NEXT = /^> ?(.*)$/
/** Languages that name a session, and no program. */
const SESSIONS = /^(?:console|shell-?session|sh-?session|bash-?session|terminal)$/i

/** The language of a fence whose lines are a session; undefined for any other. */
export function sessionLanguage(lang: string, code: string[]): string | undefined {
  return SESSIONS.test(lang) && code.some(line => RE_PROMPT.test(line)) ? 'sh' : undefined
}

/** Takes the prompts off, and output apart from commands; undefined where no line begins with a prompt. */
export function withoutPrompts(code: string[]): Copied | undefined {
  if (!code.some(line => RE_PROMPT.test(line)))
    return undefined
  const copied: Copied = { commands: [], output: [] }
  let goesOn = false
  let began = false
  for (const line of code) {
    const [, command] = RE_PROMPT.exec(line) ?? []
    if (command !== undefined)
      copied.commands.push(command)
    else if (goesOn)
      copied.commands.push(RE_NEXT.exec(line)?.[1] ?? line)
    // Of what stands above the first command, a comment is the shell's.
    else if (!began && (!line.trim() || line.trimStart().startsWith('#')))
      copied.commands.push(line)
    else
      copied.output.push(line)
    began ||= command !== undefined
    goesOn = (command !== undefined || goesOn) && (/\\$/.test(line) || isOpen(copied.commands))
  }
  while (copied.output.length && !copied.output.at(-1)!.trim())
    copied.output.pop()
  return copied
}

/** Whether a document of a command (`<<EOF`) has not ended. */
function isOpen(commands: string[]): boolean {
  const from = commands.findLastIndex(line => /<<-?\s*["']?\w+/.test(line))
  const [, mark] = /<<-?\s*["']?(\w+)/.exec(commands[from] ?? '') ?? []
  return mark !== undefined && !commands.slice(from + 1).some(line => line.trim() === mark)
}
