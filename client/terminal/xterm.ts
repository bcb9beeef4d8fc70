import type { IParser, Terminal } from '@xterm/xterm'
import type { Display } from '../session/displays.ts'
import { SCROLLBACK } from '../../runners/protocol/screen.ts'
import { MINIMUM_CONTRAST } from './contrast.ts'

/** The type of a terminal that follows its box, in px of the canvas. */
const FONT = 20
/** Width and height of a cell in parts of the type's size; the font's own. */
const CELL = { width: 0.5, height: 1.27 }

/** Queries, and what else a terminal would answer or do by itself (ECMA-48, xterm's ctlseqs). */
const QUERIES = {
  csi: [{ final: 'c' }, { prefix: '>', final: 'c' }, { prefix: '=', final: 'c' }, { final: 'n' }, { prefix: '?', final: 'n' }, { intermediates: '$', final: 'p' }, { prefix: '?', intermediates: '$', final: 'p' }, { prefix: '>', final: 'q' }, { prefix: '?', final: 'u' }, { final: 't' }],
  dcs: [{ intermediates: '$', final: 'q' }, { intermediates: '+', final: 'q' }],
  // Colours, the clipboard, and links, which stay text.
  osc: [4, 5, 8, 10, 11, 12, 52],
}

/** Lets no query through: only the service's terminal answers, else every window would. */
export function swallowQueries(parser: Pick<IParser, 'registerCsiHandler' | 'registerDcsHandler' | 'registerOscHandler'>): void {
  const swallow = (): boolean => true
  QUERIES.csi.forEach(id => parser.registerCsiHandler(id, swallow))
  QUERIES.dcs.forEach(id => parser.registerDcsHandler(id, swallow))
  QUERIES.osc.forEach(id => parser.registerOscHandler(id, swallow))
}

/** A terminal to open in an element; it shows what it is given and answers nothing. */
export async function createXterm(): Promise<Terminal> {
  const { Terminal } = await import('@xterm/xterm')
  const css = getComputedStyle(document.documentElement)
  const fontFamily = css.getPropertyValue('--kb-font')
  // What is measured with another font stays wrong.
  await Promise.all(['', 'bold '].map(weight => document.fonts.load(`${weight}${FONT}px ${fontFamily}`)))
  const terminal = new Terminal({ fontFamily, fontSize: FONT, theme: themeOf(css), scrollback: SCROLLBACK, cursorInactiveStyle: 'outline', allowProposedApi: true, logLevel: 'off', minimumContrastRatio: MINIMUM_CONTRAST })
  swallowQueries(terminal.parser)
  return terminal
}

/** The colours of the deck's terminals. */
export function themeOf(css: CSSStyleDeclaration): Record<string, string | string[]> {
  const color = (name: string): string => css.getPropertyValue(`--kb-${name}`).trim()
  const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
  const ansi = NAMES.flatMap((name, i) => [[name, color(`ansi-${i}`)], [`bright${name[0]!.toUpperCase()}${name.slice(1)}`, color(`ansi-${i + 8}`)]])
  const foreground = color('screen-fg')
  return { ...Object.fromEntries(ansi) as Record<string, string>, background: color('screen-bg'), foreground, cursor: foreground, selectionBackground: `${color('ansi-4')}66` }
}

/** The size in cells of a box of `width` × `height` px of the canvas: the same in every window. */
export function sizeOf(width: number, height: number): { cols: number, rows: number } {
  const clamp = (n: number, least: number, most: number): number => Math.min(Math.max(Math.floor(n), least), most)
  return { cols: clamp(width / (FONT * CELL.width), 2, 500), rows: clamp(height / (FONT * CELL.height), 1, 200) }
}

/** The height of a terminal's box that has room for `rows`, in px of the canvas. */
export const naturalHeight = (rows: number): number => Math.ceil(rows * FONT * CELL.height) + 14

/** Sets the type so that all cells of the terminal fill `width` × `height` px of the page. */
export function fitType(terminal: Terminal, width: number, height: number): void {
  const screen = terminal.element?.querySelector<HTMLElement>('.xterm-screen')
  if (!screen)
    return
  let font = Math.min(width / (terminal.cols * CELL.width), height / (terminal.rows * CELL.height))
  // Cells end at whole pixels of the display.
  for (let tries = 0; tries < 4; tries++) {
    terminal.options.fontSize = Math.max(6, Math.floor(font * 10) / 10)
    const over = Math.max(screen.offsetWidth / width, screen.offsetHeight / height)
    if (over <= 1)
      return
    font = terminal.options.fontSize / over
  }
}

/** The terminal as a display of a run. */
export function toDisplay(terminal: Terminal, onResize: () => void): Display {
  const resize = (cols: number, rows: number): void => {
    terminal.resize(cols, rows)
    onResize()
  }
  return {
    clear: (cols, rows) => terminal.write('\x1Bc', () => resize(cols, rows)),
    write: (data, done) => terminal.write(data, done),
    // In its turn: what was written before was meant for the old size.
    resize: (cols, rows) => terminal.write('', () => resize(cols, rows)),
  }
}
