import type { IBufferCell } from '@xterm/headless'
import type { LogEvent } from './event.ts'
import { SerializeAddon } from '@xterm/addon-serialize'
import xterm from '@xterm/headless'

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
}
export type ScreenLine = ScreenSpan[]

/** A terminal without a display: what the output looks like. */
export interface Screen {
  /** `seq` is the number of the event that the data belongs to. */
  write: (data: string | Uint8Array, seq?: number) => void
  resize: (cols: number, rows: number) => void
  /** Resolves when all that was written is drawn. */
  settled: () => Promise<void>
  /** The screen with its scrollback as ANSI, and the number of the last event in it. */
  snapshot: () => Promise<{ ansi: string, seq: number }>
  /** The visible rows, trailing blanks trimmed. */
  lines: () => ScreenLine[]
  dispose: () => void
}

export interface ScreenOptions {
  cols: number
  rows: number
  /** Gets the terminal's own answers to queries (DSR, DA, DECRQSS); only the service passes it. */
  onReply?: (data: string) => void
}

const SCROLLBACK = 1000

/** An empty screen of `cols` × `rows` cells. */
export function createScreen({ cols, rows, onReply }: ScreenOptions): Screen {
  const terminal = new xterm.Terminal({ cols, rows, scrollback: SCROLLBACK, allowProposedApi: true })
  const serializer = new SerializeAddon()
  terminal.loadAddon(serializer)
  if (onReply)
    terminal.onData(onReply)
  let parsed = 0
  const settled = (): Promise<void> => new Promise(resolve => terminal.write('', resolve))
  return {
    write(data, seq = 0) {
      terminal.write(data, () => {
        parsed = Math.max(parsed, seq)
      })
    },
    resize: (c, r) => terminal.resize(c, r),
    settled,
    async snapshot() {
      await settled()
      return { ansi: serializer.serialize(), seq: parsed }
    },
    lines() {
      const buffer = terminal.buffer.active
      const cell = buffer.getNullCell()
      return Array.from({ length: terminal.rows }, (_, y) => {
        const line = buffer.getLine(buffer.baseY + y)
        return line ? spansOf(x => line.getCell(x, cell), terminal.cols) : []
      })
    },
    dispose: () => terminal.dispose(),
  }
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
    const text = cell.getChars() || ' '
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

/** The screen of a log at time `until` (ms), by default at its end. */
export async function screenAt({ cols, rows, events }: { cols: number, rows: number, events: Iterable<LogEvent> }, until = Infinity): Promise<ScreenLine[]> {
  const screen = createScreen({ cols, rows })
  for (const event of events) {
    if (event.at > until)
      break
    if (event.type === 'output')
      screen.write(event.data)
    if (event.type === 'resize')
      screen.resize(event.cols, event.rows)
  }
  await screen.settled()
  const lines = screen.lines()
  screen.dispose()
  return lines
}
