import type { SlideInfo } from '@slidev/types'
import type { Deck, Fence } from '../../deck/deck.ts'
import type { RawFence } from '../../deck/fences.ts'
import type { ViewTag } from '../../deck/view-tags.ts'
import type { TextResult } from './results.ts'
import type { PlainSlide } from './slide-markdown.ts'
import { scanFences } from '../../deck/fences.ts'
import { loadDeck } from '../../deck/load.ts'
import { createMarkdown, featuresOf } from '../../deck/markdown.ts'
import { isOurs } from '../../deck/slide-fences.ts'
import { listOf } from '../../protocol/view.ts'
import { readResults } from './results.ts'
import { codeBlock, plainMarkdown } from './slide-markdown.ts'
import { HANDOUT_MARK } from './target.ts'

/** What Slidev's speakers write where a click comes. */
const RE_CLICK = /\[click(?::\d+)?\]\s*/g

/** A slide of the hand-out; `seen` says that something on it has no text, and a picture is to stand below. */
export interface HandoutSlide { no: number, title: string, text: string, note?: string, seen: boolean }

/** Writes the slides of a deck as Markdown: their text, the code of their steps, and the recorded results as text. */
export async function toHandout(deck: Deck): Promise<HandoutSlide[]> {
  const { data } = await loadDeck(deck.file)
  const markdown = createMarkdown(featuresOf(data, deck.dir))
  const results = await readResults(deck)
  return data.slides.map((slide, i) => {
    const { no, title, fences, note } = deck.slides[i]!
    const { text, seen } = plainSlide(slide, { deck, fences, markdown, results })
    const spoken = note?.replaceAll(RE_CLICK, '').trim()
    return { no, title, text, seen: seen || hasPicture(slide), ...spoken && { note: spoken } }
  })
}

/** Joins slides; `pictureOf` gives the address of a slide's picture. */
export function formatHandout(slides: HandoutSlide[], pictureOf: (no: number) => string | undefined): string {
  const parts = slides.map(({ no, title, text, note, seen }) => [
    text || (title ? `# ${title}` : ''),
    ...seen && pictureOf(no) ? [`![${(title || String(no)).replaceAll(/[[\]\\]/g, '\\$&')}](${pictureOf(no)})`] : [],
    ...note ? [note.split('\n').map(line => `> ${line}`.trimEnd()).join('\n')] : [],
  ].filter(Boolean).join('\n\n'))
  return `${HANDOUT_MARK}\n\n${parts.filter(Boolean).join('\n\n---\n\n')}\n`
}

interface Around {
  deck: Deck
  fences: Fence[]
  markdown: ReturnType<typeof createMarkdown>
  results: Map<string, TextResult>
}

function plainSlide({ source }: SlideInfo, { deck, fences, markdown, results }: Around): PlainSlide {
  const left = [...fences]
  const stepOf = (raw: RawFence): string | undefined => {
    const isSame = ({ info, code }: Fence): boolean => info === raw.info && (!!raw.snippet || code === raw.code)
    const at = isOurs(raw) ? left.findIndex(isSame) : -1
    return at < 0 ? undefined : left.splice(0, at + 1).at(-1)!.stepId
  }
  const text = source.contentRaw
  return plainMarkdown(text, {
    fences: scanFences(text, markdown).map((raw) => {
      const own = stepOf(raw)
      const step = deck.steps.find(({ id }) => id === own)
      const result = step && ['below', 'right'].includes(step.out) ? resultLines(results.get(step.id)) : []
      return { line: raw.line, end: raw.end, lines: step ? [...codeBlock(step.lang, step.visible), ...result] : otherFence(raw) }
    }),
    view: tag => viewText(tag, deck, results),
  })
}

function otherFence({ info, code }: RawFence): string[] {
  const lang = /^[^\s[{]*/.exec(info)![0]
  return codeBlock(lang, code.replace(/\n$/, ''))
}

/** What a result prints, below its code; each of several moments with its time above. */
function resultLines(result: TextResult | undefined): string[] {
  const { frames = [] } = result ?? {}
  return frames.flatMap(({ caption, text }) => ['', ...frames.length > 1 ? [`*${caption}*`, ''] : [], ...codeBlock('text', text)])
}

/** The text of a view that has one. */
function viewText(
  { name, attributes }: ViewTag,
  deck: Deck,
  results: Map<string, TextResult>,
): string | undefined {
  const ids = listOf(attributes.find(attribute => attribute.name === 'step' || attribute.name === 'steps')?.value)
  const textOf = (id: string): string => resultLines(results.get(id)).join('\n')
  const timeOf = (id: string): string => results.has(id) ? `${(results.get(id)!.durationMs / 1000).toFixed(1)} s` : '–'
  const titleOf = (id: string): string => deck.steps.find(step => step.id === id)?.title ?? id
  switch (name) {
    case 'LiveOutput': return ids.map(textOf).join('\n')
    case 'LiveCompare': return ids.map(id => `**${titleOf(id)}**\n${textOf(id)}`).join('\n\n')
    case 'LiveRace': return ids.map(id => `- ${titleOf(id)}: ${timeOf(id)}`).join('\n')
    default: return undefined
  }
}

/** Whether a slide's frontmatter gives its layout a picture. */
function hasPicture({ frontmatter }: SlideInfo): boolean {
  return typeof frontmatter.image === 'string'
}
