import type { Screen } from '../../runners/protocol/screen.ts'

/** A terminal on the page that shows what a run's screen shows. */
export interface Display {
  /** Starts over with blank cells. */
  clear: (cols: number, rows: number) => void
  /** Draws output; calls back when it is parsed. */
  write: (data: string | Uint8Array, done: () => void) => void
  resize: (cols: number, rows: number) => void
}

/** The displays of one run; each is filled from its screen, then gets every frame once. */
export interface Displays {
  /** Shows the screen as it stands, and all that follows; returns what ends that. */
  attach: (display: Display) => () => void
  /** Resolves when all displays have parsed the output. */
  write: (data: Uint8Array, seq: number) => Promise<unknown>
  resize: (cols: number, rows: number, seq: number) => void
  /** Fills all from the screen again: it was replaced. */
  refill: () => void
}

interface Waiting { seq: number, show: () => void, skip: () => void }
interface Entry { display: Display, waiting?: Waiting[] }

/** No displays yet, of the screen that `screen` returns. */
export function createDisplays(screen: () => Screen): Displays {
  const entries = new Set<Entry>()

  async function fill(entry: Entry): Promise<void> {
    entry.waiting?.forEach(({ skip }) => skip())
    const waiting: Waiting[] = entry.waiting = []
    const { ansi, seq, cols, rows } = await screen().snapshot()
    if (entry.waiting !== waiting)
      return
    entry.waiting = undefined
    entry.display.clear(cols, rows)
    entry.display.write(ansi, () => {})
    waiting.forEach(({ seq: at, show, skip }) => at > seq ? show() : skip())
  }

  return {
    attach(display) {
      const entry: Entry = { display }
      entries.add(entry)
      void fill(entry)
      return () => {
        entries.delete(entry)
        entry.waiting?.forEach(({ skip }) => skip())
        entry.waiting = undefined
      }
    },
    write: (data, seq) => Promise.all([...entries].map(entry => new Promise<void>((done) => {
      const show = (): void => entry.display.write(data, done)
      if (entry.waiting)
        entry.waiting.push({ seq, show, skip: done })
      else
        show()
    }))),
    resize(cols, rows, seq) {
      for (const { display, waiting } of entries) {
        const show = (): void => display.resize(cols, rows)
        if (waiting)
          waiting.push({ seq, show, skip: () => {} })
        else
          show()
      }
    },
    refill: () => entries.forEach(entry => void fill(entry)),
  }
}
