/** An output or a view that can fill its slide. */
export interface Part {
  slide: number
  /** The step whose output it is. */
  step?: string
  element: () => Element | null | undefined
}

/** What can fill its slide in one window. */
export interface Parts {
  /** Adds a part; returns what ends that. */
  add: (part: Part) => () => void
  /** The parts of a slide as they stand there: the same in every window. */
  of: (slide: number) => Part[]
}

/** A window without parts. */
export function createParts(): Parts {
  const parts = new Set<Part>()
  return {
    add(part) {
      parts.add(part)
      return () => parts.delete(part)
    },
    of: slide => [...parts]
      .filter(part => part.slide === slide && part.element())
      .sort((a, b) => a.element()!.compareDocumentPosition(b.element()!) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1),
  }
}

/** What may be known of a part when one is chosen. */
export interface Candidate {
  focused: boolean
  hovered: boolean
  /** Whether it is seen now. */
  shown: boolean
  /** The number of the run whose output it is. */
  run?: number
}

/** The part that a key enlarges: the focused one, else that under the mouse, else the newest output, else the first. */
export function choosePart<T extends Candidate>(parts: T[]): T | undefined {
  const shown = parts.filter(part => part.shown)
  const newest = shown.filter(part => part.run).sort((a, b) => b.run! - a.run!)[0]
  return shown.find(part => part.focused) ?? shown.find(part => part.hovered) ?? newest ?? shown[0]
}
