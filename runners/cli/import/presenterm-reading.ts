import type { Lost } from './blocks.ts'
import type { createIds } from './fence.ts'
import type { Slides } from './slides.ts'

/** The front matter of a presentation; its `options` change how the file is read. */
export interface Front {
  title?: string
  sub_title?: string
  author?: string
  authors?: string[]
  event?: string
  location?: string
  date?: string
  options?: { implicit_slide_ends?: boolean, end_slide_shorthand?: boolean }
}

/** What is known of a file while it is read, and what it becomes. */
export interface Reading {
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
