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

/** What is known of a file while it is read, and what it becomes. */
interface Reading {
  front: Front
  slides: Slides
  /** What the deck does not have of it. */
  lost: Lost[]
  idOf: ReturnType<typeof createIds>
  /** Ids of fences whose output the file shows elsewhere. */
  shown: Set<string>
  /** Ids of the file → ids of the deck. */
  renamed: Map<string, string>
  /** The last heading, which names steps without an id. */
  heading: string
  steps: number
}

/** Keys of the front matter that the deck takes. */
const TAKEN = ['title', 'sub_title', 'author', 'authors', 'event', 'location', 'date', 'options']

/** A presentation of presenterm as a deck. `addon` is what its headmatter calls us. */
export function fromPresenterm(text: string, addon = 'kamishibai'): Imported {
  const lines = text.split('\n')
  const { yaml, from } = frontOf(lines)
  const front = (parse(yaml) ?? {}) as Front
  const reading: Reading = {
    front,
    slides: createSlides({ theme: 'none', addons: [addon], ...front.title && { title: front.title } }),
    lost: lostOfFront(front, lines),
    idOf: createIds(),
    shown: new Set([...text.matchAll(/<!--\s*snippet_output:\s*(\S+?)\s*-->/g)].map(([, id]) => id!)),
    renamed: new Map(),
    heading: front.title ?? '',
    steps: 0,
  }
  writeCover(front, reading.slides)
  const blocks = blocksOf(lines, from)
  reading.lost.push(...unclosedIn(blocks))
  blocks.forEach((block, index) => {
    if (block.type === 'fence')
      writeFence(block, reading)
    else if (block.type === 'comment')
      readComment(block.body, block.line, reading)
    else
      writeText(sized(block, reading.lost), [blocks[index - 1], blocks[index + 1]], reading)
  })
  return { deck: reading.slides.toString(), steps: reading.steps, lost: reading.lost }
}

function lostOfFront(front: Front, lines: string[]): Lost[] {
  return Object.keys(front).filter(key => !TAKEN.includes(key)).map(key => ({
    line: lineOf(lines, key),
    what: `${key} of the front matter`,
    hint: key === 'theme' ? 'Slidev has themes of its own: theme: NAME.' : undefined,
  }))
}

/** A picture's width stands in its text. */
function sized({ text, line }: Extract<Block, { type: 'text' }>, lost: Lost[]): string {
  return outsideCode(text, part => part.replaceAll(RE_SIZED, (picture, width: string, source: string) => {
    if (/^(?:width|w):\d+%$/.test(width))
      return `<img src="${source.replaceAll('"', '&quot;')}" alt="" style="width: ${width.replace(/\w+:/, '')}">`
    lost.push({ line, what: `image:${width}`, hint: 'Say in HTML how large it is: <img src="…" style="width: 50%">' })
    return picture.replace(`image:${width}`, '')
  }))
}

function writeText(line: string, [before, after]: (Block | undefined)[], reading: Reading): void {
  const { slides, front: { options } } = reading
  if (isUnderline(line) && before?.type === 'text' && RE_TITLE.test(before.text))
    return
  // A title of presenterm's is underlined.
  if (after?.type === 'text' && isUnderline(after.text) && RE_TITLE.test(line)) {
    if (options?.implicit_slide_ends)
      slides.next()
    reading.heading = line.trim()
    return slides.write(`# ${proseLine(reading.heading)}`)
  }
  if (options?.end_slide_shorthand && /^-{3,}\s*$/.test(line))
    return slides.next()
  reading.heading = headingOf(line)?.text ?? reading.heading
  slides.write(proseLine(line))
}

function writeFence(fence: Fence, reading: Reading): void {
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

/** presenterm makes its first slide of the front matter. */
function writeCover({ title, sub_title, author, authors = [], event, location, date }: Front, slides: Slides): void {
  const lines = [sub_title, [event, location, date].filter(Boolean).join(' · '), [author, ...authors].filter(Boolean).join(', ')].filter(Boolean) as string[]
  if (!title && !lines.length)
    return
  slides.write(`# ${proseLine(title ?? '')}`, '', ...lines.flatMap(line => [proseLine(String(line)), '']))
  slides.next()
}

function readComment(body: string, line: number, { slides, lost, renamed }: Reading): void {
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
