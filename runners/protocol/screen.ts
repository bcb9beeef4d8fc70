import type { IBufferCell } from '@xterm/headless'
import type { LogEvent } from './event.ts'
import { SerializeAddon } from '@xterm/addon-serialize'
// The package's `module` field names a file that it does not ship; this one loads in Node and in Vite alike.
import { Terminal } from '@xterm/headless/lib-headless/xterm-headless.mjs'
import { condense } from './condense.ts'

/** Cells of one look; colours are CSS colours or `ansi-0` … `ansi-15`. */
export interface ScreenSpan {
  text: string
  fg?: string
  bg?: string
  bold?: boolean
  dim?: boolean
  italic?: boolean
  underline?: boolean
  inverse?: boolean
  /** Its characters take two cells each. */
  wide?: boolean
}
export type ScreenLine = ScreenSpan[]

/** A terminal without a display: what the output looks like. */
export interface Screen {
  /** `seq` is the number of the event that the data belongs to. */
  write: (data: string | Uint8Array, seq?: number) => void
  resize: (cols: number, rows: number) => void
  /** Resolves when all that was written is drawn. */
  settled: () => Promise<void>
  /**
   * The screen with its scrollback, or so many lines of that, as ANSI; the number of the last event in it, and its
   * size.
   */
  snapshot: (scrollback?: number) => Promise<{ ansi: string, seq: number, cols: number, rows: number }>
  /** The visible rows, trailing blanks trimmed. */
  lines: () => ScreenLine[]
  /** How many rows lie above those. */
  above: () => number
  /** Rows of those above, from the oldest: `from` to `to`, without that. */
  linesAbove: (from: number, to: number) => ScreenLine[]
  /** Scrollback and screen as plain text, wrapped rows rejoined, without blank lines at the end. */
  text: () => string
  /** The lines of scrollback and screen that take more than one row. */
  wrapped: () => string[]
  dispose: () => void
}

export interface ScreenOptions {
  cols: number
  rows: number
  /** Gets the terminal's own answers to queries (DSR, DA, DECRQSS); only the service passes it. */
  onReply?: (data: string) => void
}

/** Lines above the visible ones that a screen keeps. */
export const SCROLLBACK = 10_000

/** The start of a sequence whose end is still to come (ECMA-48 §5.4). */
// eslint-disable-next-line no-control-regex
const RE_UNFINISHED = /\x1B(?:\[[0-?]*)?[ -/]*$/
/** Longer sequences are nobody's. */
const LONGEST_SEQUENCE = 128

/** An empty screen of `cols` × `rows` cells. */
export function createScreen({ cols, rows, onReply }: ScreenOptions): Screen {
  const terminal = new Terminal({ cols, rows, scrollback: SCROLLBACK, allowProposedApi: true, logLevel: 'off' })
  const serializer = new SerializeAddon()
  terminal.loadAddon(serializer)
  if (onReply)
    terminal.onData(onReply)
  let parsed = 0
  let end = ''
  const settled = (): Promise<void> => new Promise(resolve => terminal.write('', resolve))
  return {
    write(data, seq = 0) {
      terminal.write(data, () => {
        parsed = Math.max(parsed, seq)
        end = (end + (typeof data === 'string' ? data.slice(-LONGEST_SEQUENCE) : String.fromCharCode(...data.subarray(-LONGEST_SEQUENCE)))).slice(-LONGEST_SEQUENCE)
      })
    },
    // In its turn: what was written before was meant for the old size.
    resize: (c, r) => terminal.write('', () => terminal.resize(c, r)),
    settled,
    async snapshot(scrollback) {
      await settled()
      // What follows would else be text.
      return { ansi: serializer.serialize({ scrollback }) + (RE_UNFINISHED.exec(end)?.[0] ?? ''), seq: parsed, cols: terminal.cols, rows: terminal.rows }
    },
    lines: () => rowsOf(terminal, terminal.buffer.active.baseY, terminal.rows),
    above: () => terminal.buffer.active.baseY,
    linesAbove: (from, to) => rowsOf(terminal, from, Math.min(to, terminal.buffer.active.baseY) - from),
    text: () => textLines(terminal).map(({ text }) => text).join('\n').trimEnd(),
    wrapped: () => textLines(terminal).flatMap(({ text, rows }) => rows > 1 ? [text] : []),
    dispose: () => terminal.dispose(),
  }
}

/** So many rows of a terminal from the `from`th that it holds. */
function rowsOf(terminal: Terminal, from: number, count: number): ScreenLine[] {
  const buffer = terminal.buffer.active
  const cell = buffer.getNullCell()
  return Array.from({ length: Math.max(0, count) }, (_, y) => {
    const line = buffer.getLine(from + y)
    return line ? spansOf(x => line.getCell(x, cell), terminal.cols) : []
  })
}

/** Scrollback and screen as lines, and how many rows each takes. */
function textLines(terminal: Terminal): { text: string, rows: number }[] {
  const buffer = terminal.buffer.active
  const lines: { text: string, rows: number }[] = []
  let start = ''
  let rows = 1
  for (let y = 0; y < buffer.length; y++) {
    // A row that goes on in the next one keeps its blanks: they stand between words.
    const goesOn = buffer.getLine(y + 1)?.isWrapped ?? false
    start += buffer.getLine(y)!.translateToString(!goesOn)
    if (goesOn) {
      rows++
    }
    else {
      lines.push({ text: start, rows })
      start = ''
      rows = 1
    }
  }
  return lines
}

function spansOf(cellAt: (x: number) => IBufferCell | undefined, cols: number): ScreenLine {
  const spans: ScreenLine = []
  let look = ''
  for (let x = 0; x < cols; x++) {
    const cell = cellAt(x)
    // The second half of a wide character has no width.
    if (!cell || cell.getWidth() === 0)
      continue
    const style = styleOf(cell)
    const key = JSON.stringify(style)
    const text = cell.isInvisible() ? ' '.repeat(cell.getWidth()) : cell.getChars() || ' '
    const last = spans.at(-1)
    if (last && key === look)
      last.text += text
    else
      spans.push({ text, ...style })
    look = key
  }
  while (spans.length) {
    const last = spans.at(-1)!
    if (!last.bg && !last.inverse && !last.underline)
      last.text = last.text.trimEnd()
    if (last.text)
      break
    spans.pop()
  }
  return spans
}

function styleOf(cell: IBufferCell): Omit<ScreenSpan, 'text'> {
  return {
    ...(!cell.isFgDefault() && { fg: colorOf(cell.getFgColor(), cell.isFgRGB()) }),
    ...(!cell.isBgDefault() && { bg: colorOf(cell.getBgColor(), cell.isBgRGB()) }),
    ...(cell.isBold() && { bold: true }),
    ...(cell.isDim() && { dim: true }),
    ...(cell.isItalic() && { italic: true }),
    ...(cell.isUnderline() && { underline: true }),
    ...(cell.isInverse() && { inverse: true }),
    ...(cell.getWidth() === 2 && !cell.isInvisible() && { wide: true }),
  }
}

/** A palette index or 0xRRGGBB as CSS; the first 16 keep their names, so that a theme may colour them. */
function colorOf(color: number, rgb: boolean): string {
  if (rgb)
    return `#${color.toString(16).padStart(6, '0')}`
  if (color < 16)
    return `ansi-${color}`
  if (color >= 232) {
    const grey = 8 + (color - 232) * 10
    return `rgb(${grey} ${grey} ${grey})`
  }
  const level = (n: number): number => n ? 55 + n * 40 : 0
  const index = color - 16
  return `rgb(${level(Math.floor(index / 36))} ${level(Math.floor(index / 6) % 6)} ${level(index % 6)})`
}

/** The visible text of a screen, a line a row, without blank rows at its end. */
export function screenText(lines: ScreenLine[]): string {
  return lines.map(line => line.map(span => span.text).join('')).join('\n').trimEnd()
}

/** All that a screen still holds as text, for conditions; write all first and await `settled`. */
export function plainText(screen: Screen): string {
  return screen.text()
}

/** xterm throws away what is written beyond 50 MB at once. */
const AT_ONCE = 8 * 1024 * 1024

/** What a terminal of a size got. */
export interface TerminalLog { cols: number, rows: number, events: Iterable<LogEvent> }

/** The screen of a log at time `until` (ms), by default at its end. */
export async function screenAt(log: TerminalLog, until = Infinity): Promise<ScreenLine[]> {
  const screen = await drawLog(log, until)
  const lines = screen.lines()
  screen.dispose()
  return lines
}

/** A screen with a log drawn on it up to the time `until` (ms), by default to its end; dispose of it. */
export async function drawLog({ cols, rows, events }: TerminalLog, until = Infinity): Promise<Screen> {
  const screen = createScreen({ cols, rows })
  let output: string[] = []
  let first = true
  const draw = async (height: number): Promise<void> => {
    const text = output.join('')
    output = []
    // Only on a blank screen does the end of a text not depend on what was there before.
    const visible = first ? condense(text, height + SCROLLBACK) : text
    first &&= !text
    for (let i = 0; i < visible.length; i += AT_ONCE) {
      screen.write(visible.slice(i, i + AT_ONCE))
      await screen.settled()
    }
  }
  let height = rows
  for (const event of events) {
    if (event.at > until)
      break
    if (event.type === 'output') {
      output.push(event.data)
    }
    else if (event.type === 'resize') {
      await draw(height)
      height = event.rows
      screen.resize(event.cols, event.rows)
    }
  }
  await draw(height)
  await screen.settled()
  return screen
}
