import type { Block, Lost } from './blocks.ts'
import type { Options } from './fence.ts'
import type { Reading } from './presenterm-reading.ts'
import { formatFence, stepInfo, stepLanguage } from './fence.ts'

type Fence = Extract<Block, { type: 'fence' }>

const RE_HIDDEN = /^\/\/\/ ?/
/** Attributes that make a fence a step. */
const EXECUTES = /^\+(?:exec|exec_replace|auto_exec)(?::|$)/
/** What a step does anyway, or what only a presentation in a terminal needs. */
const NEEDLESS = /^\+(?:exec|exec_replace|auto_exec|pty(?::.*)?|acquire_terminal|validate|no_background|line_numbers|id:.*|expect:.*)$/

/** Writes a fence of presenterm's as one of the deck: a step where it is executed, else code. */
export function writeFence(fence: Fence, reading: Reading): void {
  const { info, code } = fence
  const [lang = '', ...words] = info.replace(/\{[^}]*\}/, '').split(/\s+/).filter(Boolean)
  const lights = /\{[^}]*\}/.exec(info)?.[0]
  const attributes = words.filter(word => word.startsWith('+'))
  const lines = attributes.includes('+line_numbers') ? ' {lines:true}' : ''
  const executes = attributes.some(word => EXECUTES.test(word))
  const language = stepLanguage(lang)
  const other = /^\+exec:(.*)$/.exec(attributes.find(word => word.startsWith('+exec:')) ?? '')?.[1]
  reading.lost.push(...lostOfFence(fence, { lang, attributes, other, unknown: executes && !language }))
  if (!executes || !language || other) {
    const shown = code.filter(own => !attributes.length || !RE_HIDDEN.test(own))
    return reading.slides.write(...formatFence([lang, lights, lines.trim()].filter(Boolean).join(' '), shown, fence))
  }
  reading.steps++
  const verb = attributes.some(word => /^\+(?:pty|acquire_terminal)/.test(word)) ? 'terminal' : 'run'
  const hides = (own: string): boolean => attributes.includes('+exec_replace') || RE_HIDDEN.test(own)
  reading.slides.write(...formatFence(
    stepInfo(language, verb, optionsOf(attributes, fence, reading), `${lights ? ` ${lights}` : ''}${lines}`),
    code.map(own => hides(own) ? `# hidden: ${own.replace(RE_HIDDEN, '')}` : own),
    fence,
  ))
}

/** What the deck does not have of a fence. */
function lostOfFence(
  { code, line }: Fence,
  read: { lang: string, attributes: string[], other?: string, unknown: boolean },
): Lost[] {
  const { lang, attributes, other, unknown } = read
  const executes = attributes.some(word => EXECUTES.test(word))
  const isLost = (word: string): boolean => word === '+validate'
    ? !executes
    : !NEEDLESS.test(word) && !(word === '+render' && lang === 'mermaid') && !word.startsWith('+exec:')
  const lost: Lost[] = attributes.filter(isLost).map(what => ({
    line,
    what,
    hint: what === '+image' ? 'Write the picture to a file and show it with ![](/file.png).' : undefined,
  }))
  if (lang === 'file') {
    const path = code.map(own => /^path:\s*(.+?)\s*$/.exec(own)?.[1]).find(Boolean)
    lost.push({
      line,
      what: `the file ${path ?? 'of a fence'}: its lines are not in the deck`,
      hint: `Slidev shows a file with <<< @/${path ?? 'FILE'}`,
    })
  }
  if (other)
    lost.push({ line, what: `the executor ${other}`, hint: 'Call it in a fence sh {run}.' })
  if (unknown) {
    lost.push({
      line,
      what: `a fence of ${lang || 'no language'} as a step`,
      hint: 'Call its program in a fence sh {run}.',
    })
  }
  return lost
}

function optionsOf(attributes: string[], { line }: Fence, { idOf, heading, renamed, lost, shown }: Reading): Options {
  const value = (name: string): string | undefined =>
    attributes.find(word => word.startsWith(`+${name}:`))?.slice(name.length + 2)
  const given = value('id')
  const id = idOf(given, heading)
  if (given) {
    renamed.set(given, id)
    if (given !== id)
      lost.push({ line, what: `the id ${given}: it is ${id} now` })
  }
  const [cols, rows] = (value('pty') ?? '').split(':').filter(part => /^\d+$/.test(part))
  return {
    id,
    on: attributes.some(word => /^\+(?:exec_replace|auto_exec)/.test(word)) ? 'enter' : undefined,
    out: given && shown.has(given) ? 'none' : undefined,
    expect: value('expect') === 'failure' ? 'exit!=0' : undefined,
    cols,
    rows,
  }
}
