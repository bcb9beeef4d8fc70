import { closing, lineEnd, readWord, substitutionsIn } from './shell-word.ts'

/** A piece of a script: a word, an operator, a redirection with its word, or the lines of a here-document. */
export type Token
  = | { type: 'word', text: string, inner: string[], quoted: boolean }
    | { type: 'operator', text: string }
    | { type: 'redirect', operator: string, text: string, inner: string[] }
    | { type: 'document', text: string, literal: boolean }

/** A here-document whose lines are still to come. */
interface HereDocument { end: string, indented: boolean, literal: boolean }

const RE_OPERATOR = /\([ \t]*\)|;;&|;[;&]|&&|\|[|&]|[;&|()\n]/y
/** What an array's parenthesis stands behind. */
const RE_ARRAY = /^[A-Z_]\w*\+?=$/i
const RE_REDIRECT = /\d*(?:<<<|<<-?|<>|<&|>&|>>|>\||&>>?|<|>)/y

/** The operator of a redirection that begins a here-document. */
export const RE_HERE_DOCUMENT = /^\d*<<-?$/

/** The tokens of a script, without comments and continued lines; the here-documents of a line come behind it. */
export function* tokensOf(script: string): Generator<Token> {
  const documents: HereDocument[] = []
  let at = 0
  while (at < script.length) {
    const [redirect] = matchAt(RE_REDIRECT, script, at) ?? []
    const [operator] = matchAt(RE_OPERATOR, script, at) ?? []
    const arithmetic = arithmeticEnd(script, at)
    if (script.startsWith('\\\n', at)) {
      at += 2
    }
    else if (/[ \t\r]/.test(script[at]!)) {
      at++
    }
    else if (script[at] === '#') {
      at = lineEnd(script, at)
    }
    else if (arithmetic) {
      const text = script.slice(at, arithmetic)
      at = arithmetic
      yield { type: 'word', text, inner: substitutionsIn(text), quoted: true }
    }
    else if (redirect) {
      const { text, end, inner, quoted } = readWord(script, skipBlanks(script, at + redirect.length))
      at = end
      if (RE_HERE_DOCUMENT.test(redirect))
        documents.push({ end: text, indented: redirect.endsWith('-'), literal: quoted })
      yield { type: 'redirect', operator: redirect, text, inner }
    }
    else if (operator) {
      at += operator.length
      yield { type: 'operator', text: operator }
      for (const document of operator === '\n' ? documents.splice(0) : []) {
        const { text, next } = readDocument(script, at, document)
        at = next
        yield { type: 'document', text, literal: document.literal }
      }
    }
    else {
      const { text, end, inner, quoted } = readWord(script, at)
      const array = RE_ARRAY.test(text) && script[end] === '(' ? script.slice(end, closing(script, end) + 1) : ''
      at = Math.max(end + array.length, at + 1)
      yield { type: 'word', text: text + array, inner: [...inner, ...substitutionsIn(array)], quoted }
    }
  }
}

/** The lines of a here-document that begins at `from`, and where the script goes on. */
function readDocument(script: string, from: number, { end, indented }: HereDocument): { text: string, next: number } {
  for (let at = from; at < script.length; at = lineEnd(script, at) + 1) {
    const line = script.slice(at, lineEnd(script, at))
    if ((indented ? line.replace(/^\t+/, '') : line) === end)
      return { text: script.slice(from, at), next: lineEnd(script, at) + 1 }
  }
  return { text: script.slice(from), next: script.length }
}

/** Where the `((…))` ends that begins at `at`. */
function arithmeticEnd(script: string, at: number): number | undefined {
  if (!script.startsWith('((', at))
    return undefined
  const end = closing(script, at)
  return script[end - 1] === ')' ? end + 1 : undefined
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at
  return sticky.exec(text)
}

function skipBlanks(script: string, at: number): number {
  while (script[at] === ' ' || script[at] === '\t')
    at++
  return at
}
