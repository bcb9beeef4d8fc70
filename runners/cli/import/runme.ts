import type { Block, Imported, Lost } from './blocks.ts'
import type { Options } from './fence.ts'
import { parse } from 'yaml'
import { quote } from '../../protocol/shell-quote.ts'
import { blocksOf, frontOf, unclosedIn } from './blocks.ts'
import { createIds, formatFence, stepInfo, stepLanguage } from './fence.ts'
import { sessionLanguage, withoutPrompts } from './prompts.ts'
import { headingOf, proseLine } from './prose.ts'
import { createSlides } from './slides.ts'

type Fence = Extract<Block, { type: 'fence' }>

/** What a deck does anyway, or what means nothing on a slide. */
const NEEDLESS = new Set(['id', 'name', 'interactive', 'background', 'excludeFromRunAll', 'cwd', 'terminalRows', 'closeTerminalOnSuccess', 'mimeType', 'ignore'])
const HINTS: Record<string, string> = {
  promptEnv: 'A step asks for nothing: let env: of the headmatter name the variables that it may see.',
  category: 'record --only and check take ids.',
  tag: 'record --only and check take ids.',
}

/**
 * A Markdown file with cells of Runme's as a deck: every heading of the first two levels begins a slide. `addon` is
 * what its headmatter calls us.
 */
export function fromRunme(text: string, addon = 'kamishibai'): Imported {
  const lines = text.split('\n')
  const { yaml, from } = frontOf(lines)
  const front = (parse(yaml) ?? {}) as { title?: string, runme?: unknown, cwd?: string, shell?: string }
  const slides = createSlides({ theme: 'none', addons: [addon], ...front.title && { title: front.title } })
  const lost: Lost[] = []
  const idOf = createIds()
  let heading = front.title ?? ''
  let steps = 0
  for (const key of Object.keys(front).filter(key => key !== 'title' && key !== 'runme'))
    lost.push({ line: lines.findIndex(line => line.startsWith(`${key}:`)) + 1, what: `${key} of the front matter` })

  const blocks = blocksOf(lines, from)
  lost.push(...unclosedIn(blocks))
  blocks.forEach((block, index) => {
    if (block.type === 'fence')
      return writeFence(block)
    // A comment at the end of a slide would be what the speaker says.
    if (block.type === 'comment')
      return
    const next = blocks[index + 1]
    const before = blocks[index - 1]
    const underline = next?.type === 'text' ? underlineOf(next.text, block.text) : undefined
    if (before?.type === 'text' && underlineOf(block.text, before.text))
      return
    const found = underline ? { level: underline, text: block.text.trim() } : headingOf(block.text)
    if (found && found.level <= 2)
      slides.next()
    heading = found?.text ?? heading
    slides.write(found ? `${'#'.repeat(Math.max(1, found.level <= 2 ? 1 : found.level))} ${proseLine(found.text)}` : proseLine(block.text))
  })
  return { deck: slides.toString(), steps, lost }

  function writeFence(fence: Fence): void {
    const { line, code } = fence
    const [, lang = '', braces = ''] = /^([^\s{]*)\s*(\{.*\}|\{.*$)?/.exec(fence.info) ?? []
    const language = stepLanguage(lang) ?? sessionLanguage(lang, code)
    const cell = braces ? attributesOf(braces) : {}
    if (!cell)
      lost.push({ line, what: `${braces}, which is neither JSON nor name=value` })
    if (!language || cell?.ignore === 'true') {
      if (!language && cell && Object.keys(cell).some(key => key !== 'id' && key !== 'ignore'))
        lost.push({ line, what: `a fence of ${lang || 'no language'} as a step`, hint: 'Call its program in a fence sh {run}.' })
      return slides.write(...formatFence(lang, code, fence))
    }
    steps++
    const { verb, options, hidden } = stepOf(cell ?? {}, line)
    const copied = withoutPrompts(code)
    slides.write(...formatFence(stepInfo(language, verb, options), [...hidden, ...copied?.commands ?? code], fence))
    if (!copied?.output.length)
      return
    // The step shows what it prints now; what it printed once stays for the author to judge.
    slides.write('', ...formatFence('text', copied.output, fence))
    lost.push({ line, what: 'output below a command as a part of the step', hint: `It stands in a fence of its own below ${options.id}: take it off where the step shows it.` })
  }

  function stepOf(cell: Record<string, string>, line: number): { verb: string, options: Options, hidden: string[] } {
    const id = idOf(cell.name, heading)
    if (cell.name && cell.name !== id)
      lost.push({ line, what: `the name ${cell.name}: it is ${id} now` })
    for (const key of Object.keys(cell).filter(key => !NEEDLESS.has(key)))
      lost.push({ line, what: key, hint: HINTS[key] })
    const background = cell.background === 'true'
    const verb = cell.interactive === 'true' && !background ? 'terminal' : 'run'
    const directory = cell.cwd ? [`# hidden: cd ${quote(cell.cwd)}`] : []
    return {
      verb,
      options: {
        id,
        // What goes on keeps its shell busy.
        shell: background || cell.cwd ? id : undefined,
        until: background ? 'settled=1s' : undefined,
        extra: cell.excludeFromRunAll === 'true' || undefined,
        rows: /^\d+$/.test(cell.terminalRows ?? '') ? cell.terminalRows : undefined,
      },
      hidden: directory,
    }
  }
}

/** `{"name":"x"}` and the older `{ name=x }`; undefined for anything else. */
function attributesOf(braces: string): Record<string, string> | undefined {
  try {
    const json = JSON.parse(braces) as Record<string, unknown>
    return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, String(value)]))
  }
  catch {
    if (!braces.endsWith('}'))
      return undefined
    const words = braces.slice(1, -1).trim().split(/\s+/).filter(Boolean)
    return words.every(word => /^\w+=\S*$/.test(word)) ? Object.fromEntries(words.map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)])) : undefined
  }
}

/** The level of the heading that `line` makes of the text above it. */
function underlineOf(line: string, above: string): 1 | 2 | undefined {
  if (!/^\s{0,3}[^\s#>|*+-]/.test(above))
    return undefined
  return /^=+\s*$/.test(line) ? 1 : /^-+\s*$/.test(line) ? 2 : undefined
}
