import type { Block, Imported, Lost } from './blocks.ts'
import type { Options } from './fence.ts'
import type { Slides } from './slides.ts'
import { parse } from 'yaml'
import { blocksOf, frontOf, unclosedIn } from './blocks.ts'
import { createIds, formatFence, stepInfo, stepLanguage } from './fence.ts'
import { headingOf, outsideCode, proseLine } from './prose.ts'
import { createSlides } from './slides.ts'

type Fence = Extract<Block, { type: 'fence' }>

/** What `options` of the front matter changes in how the file is read. */
interface Front {
  title?: string
  sub_title?: string
  author?: string
  authors?: string[]
  event?: string
  location?: string
  date?: string
  options?: { implicit_slide_ends?: boolean, end_slide_shorthand?: boolean }
}

const RE_HIDDEN = /^\/\/\/ ?/
/** A line that an underline makes a heading. */
const RE_TITLE = /^\s{0,3}[^\s#>|*+-]/
/** A picture with what presenterm is to do with it. */
const RE_SIZED = /!\[image:([^\]]*)\]\(([^()\s]+)\)/g
/** Attributes that make a fence a step. */
const EXECUTES = /^\+(?:exec|exec_replace|auto_exec)(?::|$)/
/** What a step does anyway, or what only a presentation in a terminal needs. */
const NEEDLESS = /^\+(?:exec|exec_replace|auto_exec|pty(?::.*)?|acquire_terminal|validate|no_background|line_numbers|id:.*|expect:.*)$/

/** Whether a file is one of presenterm's. */
export function isPresenterm(text: string): boolean {
  return /^\s*(?:`{3,}|~{3,})\s*\w.*\s\+\w+/m.test(text) || /<!--\s*(?:end_slide|pause|column_layout|jump_to_middle)\b/.test(text)
}

/** A presentation of presenterm as a deck. `addon` is what its headmatter calls us. */
export function fromPresenterm(text: string, addon = 'kamishibai'): Imported {
  const lines = text.split('\n')
  const { yaml, from } = frontOf(lines)
  const front = (parse(yaml) ?? {}) as Front
  const slides = createSlides({ theme: 'none', addons: [addon], ...front.title && { title: front.title } })
  const lost: Lost[] = []
  const idOf = createIds()
  const shown = new Set([...text.matchAll(/<!--\s*snippet_output:\s*(\S+?)\s*-->/g)].map(([, id]) => id!))
  /** Ids of the file → ids of the deck. */
  const renamed = new Map<string, string>()
  let heading = front.title ?? ''
  let steps = 0
  writeCover(front, slides)
  for (const key of Object.keys(front).filter(key => !['title', 'sub_title', 'author', 'authors', 'event', 'location', 'date', 'options'].includes(key)))
    lost.push({ line: lineOf(lines, key), what: `${key} of the front matter`, hint: key === 'theme' ? 'Slidev has themes of its own: theme: NAME.' : undefined })

  const blocks = blocksOf(lines, from)
  lost.push(...unclosedIn(blocks))
  blocks.forEach((block, index) => {
    if (block.type === 'fence')
      writeFence(block)
    else if (block.type === 'comment')
      readComment(block.body, block.line, { slides, lost, renamed })
    else
      writeText(sized(block), blocks[index - 1], blocks[index + 1])
  })
  return { deck: slides.toString(), steps, lost }

  /** A picture's width stands in its text. */
  function sized({ text, line }: Extract<Block, { type: 'text' }>): string {
    return outsideCode(text, part => part.replaceAll(RE_SIZED, (picture, width: string, source: string) => {
      if (/^(?:width|w):\d+%$/.test(width))
        return `<img src="${source.replaceAll('"', '&quot;')}" alt="" style="width: ${width.replace(/\w+:/, '')}">`
      lost.push({ line, what: `image:${width}`, hint: 'Say in HTML how large it is: <img src="…" style="width: 50%">' })
      return picture.replace(`image:${width}`, '')
    }))
  }

  function writeText(line: string, before: Block | undefined, after: Block | undefined): void {
    if (isUnderline(line) && before?.type === 'text' && RE_TITLE.test(before.text))
      return
    // A title of presenterm's is underlined.
    if (after?.type === 'text' && isUnderline(after.text) && RE_TITLE.test(line)) {
      if (front.options?.implicit_slide_ends)
        slides.next()
      heading = line.trim()
      return slides.write(`# ${proseLine(heading)}`)
    }
    if (front.options?.end_slide_shorthand && /^-{3,}\s*$/.test(line))
      return slides.next()
    heading = headingOf(line)?.text ?? heading
    slides.write(proseLine(line))
  }

  function writeFence(fence: Fence): void {
    const { info, code, line } = fence
    const [lang = '', ...words] = info.replace(/\{[^}]*\}/, '').split(/\s+/).filter(Boolean)
    const lights = /\{[^}]*\}/.exec(info)?.[0]
    const attributes = words.filter(word => word.startsWith('+'))
    const rest = `${attributes.includes('+line_numbers') ? ' {lines:true}' : ''}`
    const executes = attributes.some(word => EXECUTES.test(word))
    const language = stepLanguage(lang)
    const other = /^\+exec:(.*)$/.exec(attributes.find(word => word.startsWith('+exec:')) ?? '')?.[1]
    for (const word of attributes.filter(word => !NEEDLESS.test(word) && !(word === '+render' && lang === 'mermaid') && !word.startsWith('+exec:')))
      lost.push({ line, what: word, hint: word === '+image' ? 'Write the picture to a file and show it with ![](/file.png).' : undefined })
    if (lang === 'file') {
      const path = code.map(own => /^path:\s*(.+?)\s*$/.exec(own)?.[1]).find(Boolean)
      lost.push({ line, what: `the file ${path ?? 'of a fence'}: its lines are not in the deck`, hint: `Slidev shows a file with <<< @/${path ?? 'FILE'}` })
    }
    if (other)
      lost.push({ line, what: `the executor ${other}`, hint: 'Call it in a fence sh {run}.' })
    if (executes && !language)
      lost.push({ line, what: `a fence of ${lang || 'no language'} as a step`, hint: 'Call its program in a fence sh {run}.' })
    if (!executes || !language || other)
      return slides.write(...formatFence([lang, lights, rest.trim()].filter(Boolean).join(' '), code.filter(own => !attributes.length || !RE_HIDDEN.test(own)), fence))
    steps++
    const options = optionsOf(attributes, fence)
    slides.write(...formatFence(
      stepInfo(language, attributes.some(word => /^\+(?:pty|acquire_terminal)/.test(word)) ? 'terminal' : 'run', options, `${lights ? ` ${lights}` : ''}${rest}`),
      code.map(own => attributes.includes('+exec_replace') || RE_HIDDEN.test(own) ? `# hidden: ${own.replace(RE_HIDDEN, '')}` : own),
      fence,
    ))
  }

  function optionsOf(attributes: string[], { line }: Fence): Options {
    const value = (name: string): string | undefined => attributes.find(word => word.startsWith(`+${name}:`))?.slice(name.length + 2)
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
}

/** presenterm makes its first slide of the front matter. */
function writeCover({ title, sub_title, author, authors = [], event, location, date }: Front, slides: Slides): void {
  const lines = [sub_title, [event, location, date].filter(Boolean).join(' · '), [author, ...authors].filter(Boolean).join(', ')].filter(Boolean) as string[]
  if (!title && !lines.length)
    return
  slides.write(`# ${proseLine(title ?? '')}`, '', ...lines.flatMap(line => [proseLine(String(line)), '']))
  slides.next()
}

function readComment(
  body: string,
  line: number,
  { slides, lost, renamed }: { slides: Slides, lost: Lost[], renamed: Map<string, string> },
): void {
  const [, name = '', rest = ''] = /^(\w+)\s*(?::([\s\S]*))?$/.exec(body) ?? []
  const value = rest.trim()
  /** What comes after a pause stays behind it, in another column too. */
  function endWithClicks(element: string, then = (): void => {}): void {
    const paused = slides.end(element).includes('click')
    then()
    if (paused)
      slides.open('click', '<v-after>', '</v-after>')
  }
  switch (name) {
    case 'end_slide':
      return slides.next()
    case 'pause':
      return slides.open('click', '<v-click>', '</v-click>')
    case 'speaker_note':
      return slides.note(noteOf(body))
    case 'jump_to_middle':
      return slides.set('layout', 'center')
    case 'skip_slide':
      return slides.set('hide', true)
    case 'newline':
    case 'new_line':
      return slides.write('', '<br>', '')
    case 'newlines':
    case 'new_lines':
      return slides.write('', '<br>'.repeat(Math.min(Number(value) || 1, 20)), '')
    case 'column_layout':
      endWithClicks('columns')
      return slides.open('columns', `<div class="grid gap-6" style="grid-template-columns: ${(value.match(/\d+/g) ?? ['1', '1']).map(part => `${part}fr`).join(' ')}">`, '</div>')
    case 'column':
      if (!slides.isOpen('columns'))
        return void lost.push({ line, what: 'a column without a column_layout' })
      return endWithClicks('column', () => slides.open('column', `<div style="grid-column: ${Number(value) + 1}; grid-row: 1">`, '</div>'))
    case 'reset_layout':
      return endWithClicks('columns')
    case 'snippet_output':
      return renamed.has(value) ? slides.write('', `<LiveOutput step="${renamed.get(value)}" />`, '') : void lost.push({ line, what: `the output of ${value}, which is no step`, hint: '<LiveOutput step="ID" /> shows the output of a step.' })
    case 'incremental_lists':
      return void (value === 'true' && lost.push({ line, what: 'incremental_lists', hint: 'Put the list between <v-clicks> and </v-clicks>.' }))
    case 'include':
      return void lost.push({ line, what: `include: ${value}`, hint: 'Import that file too, and name the deck in the frontmatter of a slide: src: ./FILE.md.' })
    case 'no_footer':
      return
    default:
      // Notes to oneself are nobody's business on a slide, and at its end Slidev would read them out.
      if (!/^(?:\/\/|comment:)/i.test(body))
        lost.push({ line, what: `the comment ${body.split('\n')[0]!.slice(0, 40)}` })
  }
}

function noteOf(body: string): string {
  try {
    return String((parse(body) as { speaker_note: unknown }).speaker_note).trim()
  }
  catch {
    return body.replace(/^speaker_note:\s*/, '')
  }
}

function isUnderline(line: string): boolean {
  return /^(?:=+|-+)\s*$/.test(line)
}

function lineOf(lines: string[], key: string): number {
  return lines.findIndex(line => line.startsWith(`${key}:`)) + 1
}
