import type { Instruction } from '../../protocol/dockerfile.ts'
import type { YamlMistake } from './yaml-mistakes.ts'
import { parseInstructions } from '../../protocol/dockerfile.ts'
import { suggestion } from '../../protocol/suggest.ts'

/** What is wrong, and what to do. */
type Mistake = Required<Pick<YamlMistake, 'message' | 'hint'>>

/** How an instruction is written. */
interface Form {
  /** Its options. */
  flags?: string[]
  /** Says what is wrong with the words behind its options; `rest` is never empty. */
  judge?: (rest: string) => Mistake | undefined
}

const RE_PORT = /^(?:\$.*|\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?)$/i
const RE_PAIR = /^(?:[^\s="']+|"[^"]+"|'[^']+')=/

/** Source: moby/buildkit, frontend/dockerfile/instructions/parse.go. */
const FORMS: Record<string, Form> = {
  ADD: { flags: ['chown', 'chmod', 'link', 'keep-git-dir', 'checksum', 'unpack', 'exclude'], judge: copy('ADD') },
  ARG: {},
  CMD: { judge: list('CMD') },
  COPY: { flags: ['from', 'chown', 'chmod', 'link', 'parents', 'exclude'], judge: copy('COPY') },
  ENTRYPOINT: { judge: list('ENTRYPOINT') },
  ENV: { judge: pairs('ENV') },
  EXPOSE: { judge: ports },
  FROM: { flags: ['platform'], judge: from },
  HEALTHCHECK: { flags: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'], judge: healthcheck },
  LABEL: { judge: pairs('LABEL') },
  MAINTAINER: {},
  ONBUILD: { judge: onBuild },
  RUN: { flags: ['mount', 'network', 'security', 'device'], judge: list('RUN') },
  SHELL: { judge: rest => arrayOf(rest) ? undefined : { message: 'SHELL takes a list', hint: 'Write SHELL ["bash", "-c"].' } },
  STOPSIGNAL: {},
  USER: {},
  VOLUME: { judge: list('VOLUME') },
  WORKDIR: {},
}
const KEYWORDS = Object.keys(FORMS)

/** What an engine would refuse of a Dockerfile without looking at images or files. */
export function dockerfileMistakes(code: string): YamlMistake[] {
  const instructions = parseInstructions(code)
  const lines = code.split('\n')
  const at = ({ line }: Instruction): Pick<YamlMistake, 'line' | 'column'> => ({ line, column: lines[line - 1]!.search(/\S/) + 1 })
  const mistakes = instructions.flatMap(own => judge(own).map(mistake => ({ ...at(own), ...mistake })))
  const first = instructions.find(({ keyword }) => keyword !== 'ARG')
  if (first?.keyword !== 'FROM' && !(first && !FORMS[first.keyword]))
    mistakes.unshift({ ...first ? at(first) : { line: 1, column: 1 }, message: 'the Dockerfile does not begin with FROM', hint: 'Name the image that it starts from: FROM alpine:3.20' })
  return mistakes
}

function judge({ keyword, rest }: Pick<Instruction, 'keyword' | 'rest'>): Mistake[] {
  const form = FORMS[keyword]
  if (!form)
    return [{ message: `${keyword} is no instruction of a Dockerfile`, hint: suggestion(keyword, KEYWORDS) }]
  const { flags, words } = splitFlags(rest)
  const strange = form.flags ? flags.filter(flag => !form.flags!.includes(flag)) : []
  if (strange.length)
    return strange.map(flag => ({ message: `${keyword} has no option --${flag}`, hint: suggestion(flag, form.flags!) }))
  if (!words)
    return [{ message: `${keyword} stands alone`, hint: `Write what it takes behind it: ${keyword} …` }]
  return [form.judge?.(words) ?? []].flat()
}

/** The options before an instruction's words; those of a program that it names stand behind the first of them. */
function splitFlags(rest: string): { flags: string[], words: string } {
  const flags: string[] = []
  let words = rest.trim()
  for (let match = /^--([a-z-]+)(?:=\S*)?(?:\s+|$)/.exec(words); match; match = /^--([a-z-]+)(?:=\S*)?(?:\s+|$)/.exec(words)) {
    flags.push(match[1]!)
    words = words.slice(match[0].length)
  }
  return { flags, words }
}

function from(rest: string): Mistake | undefined {
  const words = rest.split(/\s+/)
  return words.length === 1 || (words.length === 3 && words[1]!.toLowerCase() === 'as')
    ? undefined
    : { message: `FROM takes an image, and a name behind AS; this has ${words.length} words`, hint: 'Write FROM IMAGE, or FROM IMAGE AS NAME.' }
}

function copy(keyword: string): (rest: string) => Mistake | undefined {
  return (rest) => {
    const words = arrayOf(rest) ?? rest.split(/\s+/)
    return words.length > 1 ? undefined : { message: `${keyword} takes what to copy, and where to`, hint: `Write ${keyword} ${words[0]} /PATH/.` }
  }
}

/** A list in brackets is JSON: else all of it is a command of the shell, brackets included. */
function list(keyword: string): (rest: string) => Mistake | undefined {
  return rest => /^\[["']/.test(rest) && !arrayOf(rest)
    ? { message: `${keyword} has a list that is no JSON: the shell would get it with its brackets`, hint: `Write ${keyword} ["PROGRAM", "ARGUMENT"], with double quotes and commas.` }
    : undefined
}

function pairs(keyword: string): (rest: string) => Mistake | undefined {
  return (rest) => {
    // The old form is a name, and all behind it its value.
    const isFine = RE_PAIR.test(rest) ? wordsOf(rest).every(word => RE_PAIR.test(word)) : /\s/.test(rest)
    return isFine ? undefined : { message: `${keyword} takes NAME=VALUE`, hint: `Quote values with blanks: ${keyword} NAME="two words"` }
  }
}

function ports(rest: string): Mistake | undefined {
  const strange = rest.split(/\s+/).find(word => !RE_PORT.test(word) && !word.includes('$'))
  return strange === undefined ? undefined : { message: `EXPOSE ${strange}: it is no port`, hint: 'Write the port inside the container: EXPOSE 8080, or 8080/udp.' }
}

function healthcheck(rest: string): Mistake | undefined {
  return /^(?:NONE$|CMD\s+\S)/i.test(rest) ? undefined : { message: 'HEALTHCHECK takes CMD and a command, or NONE', hint: 'Write HEALTHCHECK CMD wget -qO- http://localhost:8080/' }
}

function onBuild(rest: string): Mistake | undefined {
  const [, word = '', behind = ''] = /^(\S+)\s*(.*)$/.exec(rest) ?? []
  const keyword = word.toUpperCase()
  return ['ONBUILD', 'FROM', 'MAINTAINER'].includes(keyword)
    ? { message: `ONBUILD cannot have ${keyword}`, hint: 'Write an instruction that adds to the image.' }
    : judge({ keyword, rest: behind })[0]
}

/** The texts of a JSON list; undefined where it is none. */
function arrayOf(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : undefined
  }
  catch {
    return undefined
  }
}

/** Words as the engine cuts them: quotes and backslashes keep blanks. */
function wordsOf(text: string): string[] {
  return text.match(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\])+/g) ?? []
}
