import { stringify } from 'yaml'

/** A deck that grows from its first line to its last. */
export interface Slides {
  /** Adds lines to the slide that is being written. */
  write: (...lines: string[]) => void
  /** Opens an element that ends with `end` or with its slide; whatever was opened within ends before it. */
  open: (name: string, begin: string, end: string) => void
  /** Ends the innermost element of that name, and all within; returns their names. */
  end: (name: string) => string[]
  isOpen: (name: string) => boolean
  /** Sets what stands in the frontmatter of the slide. */
  set: (key: string, value: unknown) => void
  /** Adds to what the speaker says. */
  note: (text: string) => void
  /** Goes on with a new slide, unless nothing was written yet. */
  next: () => void
  /** The whole deck. */
  toString: () => string
}

interface Slide {
  front: Record<string, unknown>
  lines: string[]
  notes: string[]
  open: { name: string, end: string, from: number }[]
}

/** An empty deck with this headmatter. */
export function createSlides(headmatter: Record<string, unknown>): Slides {
  const slides: Slide[] = []
  let slide: Slide
  begin()

  function begin(): void {
    slide = { front: {}, lines: [], notes: [], open: [] }
    slides.push(slide)
  }

  function close(from: number): string[] {
    const closed = slide.open.splice(from).reverse()
    for (const { end, from: first } of closed) {
      if (slide.lines.slice(first + 2).some(line => line.trim()))
        slide.lines.push('', end, '')
      else
        slide.lines.length = first
    }
    return closed.map(({ name }) => name)
  }

  return {
    write: (...lines) => void slide.lines.push(...lines),
    open(name, first, end) {
      slide.open.push({ name, end, from: slide.lines.length })
      slide.lines.push('', first, '')
    },
    end(name) {
      const at = slide.open.findLastIndex(other => other.name === name)
      return at < 0 ? [] : close(at)
    },
    isOpen: name => slide.open.some(other => other.name === name),
    set: (key, value) => void (slide.front[key] = value),
    note: text => void slide.notes.push(text),
    next() {
      close(0)
      if (slide.lines.some(line => line.trim()))
        begin()
    },
    toString() {
      close(0)
      const written = slides.filter(({ lines }, index) => index === 0 || lines.some(line => line.trim()))
      return `${written.map((one, index) => format(index === 0 ? { ...headmatter, ...one.front } : one.front, one)).join('\n')}`
    },
  }
}

function format(front: Record<string, unknown>, { lines, notes }: Slide): string {
  const body = lines.join('\n').replaceAll(/\n{3,}/g, '\n\n').trim()
  const note = notes.length ? `\n\n<!--\n${notes.join('\n\n').replaceAll('-->', '-- >')}\n-->` : ''
  const yaml = Object.keys(front).length ? `${stringify(front, { lineWidth: 0 })}---\n` : ''
  return `---\n${yaml}\n${body}${note}\n`
}
