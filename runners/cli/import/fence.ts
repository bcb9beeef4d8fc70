import type { Block } from './blocks.ts'

/** What a fence of ours gets in its brace: a value, or true for a flag. */
export type Options = Record<string, string | true | undefined>

/** Languages that a step may be written in, by what other programs call them. */
const LANGUAGES: Record<string, string> = { sh: 'sh', shell: 'sh', bash: 'bash', zsh: 'zsh' }

/** The language of ours for a fence; undefined where no step can be written in it. */
export function stepLanguage(lang: string): string | undefined {
  return LANGUAGES[lang.toLowerCase()]
}

/** A fence as it stands in the deck. */
export function formatFence(info: string, code: string[], { indent, end }: Extract<Block, { type: 'fence' }>): string[] {
  return [`${end}${info}`, ...code, end].map(line => line && `${indent}${line}`)
}

/** `sh {verb key=value}`. */
export function stepInfo(lang: string, verb: string, options: Options, rest = ''): string {
  const words = Object.entries(options).flatMap(([key, value]) => value === undefined ? [] : [value === true ? key : `${key}=${/[\s}]/.test(value) ? `"${value}"` : value}`])
  return `${lang} {${[verb, ...words].join(' ')}}${rest}`
}

/** Gives steps their ids: from a name that they have, else from the heading above them. */
export function createIds(): (name: string | undefined, heading: string) => string {
  const taken = new Set<string>()
  return (name, heading) => {
    const base = slug(name ?? '') || slug(heading).slice(0, 40).replace(/-+$/, '') || 'step'
    let id = base.slice(0, 63)
    for (let n = 2; taken.has(id); n++)
      id = `${base.slice(0, 58)}-${n}`
    taken.add(id)
    return id
  }
}

function slug(text: string): string {
  return text.toLowerCase().normalize('NFKD').replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
}
