import type { Settings } from '../protocol/headmatter.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Step } from '../protocol/step.ts'

/** A fence of ours on a slide; `info` and `code` as Slidev's transformer receives them. */
export interface Fence {
  info: string
  code: string
  /** The id that the fence has or is given, also where it is no step. */
  id: string
  /** Missing where the fence is no step because of its problems. */
  stepId?: string
  problems: Problem[]
  /** Where Slidev's Markdown sees no fence: it is frontmatter there, or HTML. */
  unseen?: 'eaten' | 'html'
}

export interface DeckSlide {
  /** From 1. */
  no: number
  title: string
  /** Relative to the deck's folder. */
  file: string
  line: number
  durationMs?: number
  /** What the speaker says, as it stands in the Markdown. */
  note?: string
  fences: Fence[]
}

/** Where a deck keeps its drawings, an absolute path, and the size of its canvas in px. */
export interface Drawings { dir: string, width: number, height: number }

/** A parsed deck; `problems` holds every mistake, and what is faulty is no step. */
export interface Deck {
  /** Absolute path of the entry file, its folder, and its name without `.md`. */
  file: string
  dir: string
  name: string
  title: string
  lang: string
  durationMs?: number
  /** What exports are called: `exportFilename` of the headmatter. @default its name */
  exportName?: string
  /** Only some of its slides are printed: `export.range` of the headmatter. */
  printsPart?: boolean
  /** Missing where `drawings.persist` of the headmatter keeps none. */
  drawings?: Drawings
  settings: Settings
  slides: DeckSlide[]
  steps: Step[]
  /** What its `<LiveStats of="…"/>` name, `*` where one names nothing. */
  measured?: string[]
  problems: Problem[]
  hash: string
}
