/** A word of a script: its text without the quotes, where it ends, and the scripts of its substitutions. */
export interface ShellWord { text: string, end: number, inner: string[], quoted: boolean }

/** The word that begins at `from`; it is empty where none does. */
export function readWord(script: string, from: number): ShellWord {
  const inner: string[] = []
  let text = ''
  let quote = ''
  let quoted = false
  let at = from
  for (; at < script.length; at++) {
    const char = script[at]!
    const substitution = quote === '\'' ? undefined : substitutionAt(script, at)
    if (quote === '\'') {
      if (char === '\'')
        quote = ''
      else
        text += char
    }
    else if (char === '\\') {
      const next = script[++at] ?? ''
      text += next === '\n' ? '' : quote && !'"\\$`'.includes(next) ? `\\${next}` : next
      quoted ||= next !== '\n'
    }
    else if (char === '"' || (char === '\'' && !quote)) {
      quote = quote ? '' : char
      quoted = true
    }
    else if (substitution) {
      inner.push(...substitution.script === undefined ? [] : [substitution.script])
      text += script.slice(at, substitution.end + 1)
      at = substitution.end
    }
    else if (!quote && /[\s;&|()<>]/.test(char)) {
      break
    }
    else {
      text += char
    }
  }
  return { text, end: Math.min(at, script.length), inner, quoted }
}

/** The scripts of the substitutions in a text that is none of a script, such as a here-document. */
export function substitutionsIn(text: string): string[] {
  const scripts: string[] = []
  for (let at = 0; at < text.length; at++) {
    const substitution = substitutionAt(text, at)
    if (substitution?.script !== undefined)
      scripts.push(substitution.script)
    at = substitution?.end ?? (text[at] === '\\' ? at + 1 : at)
  }
  return scripts
}

/** The `$(…)` or `` `…` `` that begins at `at`; arithmetic has no script. */
function substitutionAt(script: string, at: number): { script?: string, end: number } | undefined {
  if (script[at] === '`') {
    const end = Math.max(at, script.indexOf('`', at + 1))
    return { script: script.slice(at + 1, end), end }
  }
  if (script[at] !== '$' || script[at + 1] !== '(')
    return undefined
  const end = closing(script, at + 1)
  return { ...script[at + 2] !== '(' && { script: script.slice(at + 2, end) }, end }
}

/** Where the parenthesis that opens at `from` closes; those in quotes and comments do not count. */
export function closing(script: string, from: number): number {
  const open: string[] = []
  for (let at = from; at < script.length; at++) {
    const char = script[at]!
    const inQuotes = open.at(-1) === '"'
    if (char === '\\')
      at++
    else if (char === '"' && inQuotes)
      open.pop()
    else if (inQuotes ? char === '$' && script[at + 1] === '(' : char === '(' || char === '"')
      open.push(script[inQuotes ? ++at : at]!)
    else if (inQuotes)
      continue
    else if (char === '\'')
      at = Math.max(at, script.indexOf('\'', at + 1))
    else if (char === '#' && /[\s;(]/.test(script[at - 1] ?? ' '))
      at = lineEnd(script, at)
    else if (char === ')' && open.pop() && !open.length)
      return at
  }
  return script.length
}

/** Where the line at `at` ends, before its line feed. */
export function lineEnd(script: string, at: number): number {
  const end = script.indexOf('\n', at)
  return end < 0 ? script.length : end
}
