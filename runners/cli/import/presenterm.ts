import type { Block, Imported, Lost } from './blocks.ts'
import type { Front, Reading } from './presenterm-reading.ts'
import type { Slides } from './slides.ts'
import { parse } from 'yaml'
import { blocksOf, frontOf, unclosedIn } from './blocks.ts'
import { createIds } from './fence.ts'
import { readComment } from './presenterm-comment.ts'
import { writeFence } from './presenterm-fence.ts'
import { headingOf, outsideCode, proseLine } from './prose.ts'
import { createSlides } from './slides.ts'

/** A line that an underline makes a heading. */
const RE_TITLE = /^\s{0,3}[^\s#>|*+-]/
/** A picture with what presenterm is to do with it. */
const RE_SIZED = /!\[image:([^\]]*)\]\(([^()\s]+)\)/g

/** Whether a file is one of presenterm's. */
export function isPresenterm(text: string): boolean {
  return /^\s*(?:`{3,}|~{3,})\s*\w.*\s\+\w+/m.test(text) || /<!--\s*(?:end_slide|pause|column_layout|jump_to_middle)\b/.test(text)
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

/** presenterm makes its first slide of the front matter. */
function writeCover({ title, sub_title, author, authors = [], event, location, date }: Front, slides: Slides): void {
  const lines = [sub_title, [event, location, date].filter(Boolean).join(' · '), [author, ...authors].filter(Boolean).join(', ')].filter(Boolean) as string[]
  if (!title && !lines.length)
    return
  slides.write(`# ${proseLine(title ?? '')}`, '', ...lines.flatMap(line => [proseLine(String(line)), '']))
  slides.next()
}

function isUnderline(line: string): boolean {
  return /^(?:=+|-+)\s*$/.test(line)
}

function lineOf(lines: string[], key: string): number {
  return lines.findIndex(line => line.startsWith(`${key}:`)) + 1
}
