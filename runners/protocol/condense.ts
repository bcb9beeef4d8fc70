/**
 * What may act beyond its own row: every escape but colours, erase to the right, bracketed paste and the cursor's
 * visibility,
 * and every control character but backspace, tab, line feed and carriage return.
 */
// eslint-disable-next-line no-control-regex
const RE_BEYOND_ROW = /\x1B(?!\[(?:[\d;:]*m|0?K|\?(?:25|2004)[hl]))|[\x00-\x07\v\f\x0E-\x1A\x1C-\x1F\x7F-\x9F]/
// eslint-disable-next-line no-control-regex
const RE_COLOURS = /\x1B\[[\d;:]*m/g
// eslint-disable-next-line no-control-regex
const RE_RESET = /\x1B\[0?m/g

/**
 * The end of `text` that leaves a blank terminal with the same last `lines` lines as all of it, in a fraction of the
 * time.
 * Lines that scrolled out leave only their colours behind, as long as no escape reaches beyond its own row.
 */
export function condense(text: string, lines: number): string {
  const beyond = text.search(RE_BEYOND_ROW)
  const plain = beyond < 0 ? text.length : beyond
  let cut = plain
  for (let n = 0; n <= lines; n++) {
    cut = text.lastIndexOf('\r\n', cut - 1)
    if (cut <= 0)
      return text
  }
  cut += 2
  return coloursOf(text.slice(0, cut)) + text.slice(cut)
}

/** The colours that hold at the end of `text`. */
function coloursOf(text: string): string {
  let from = text.length
  // From the last reset on; looked for backwards in growing pieces, so that a long text costs nothing.
  for (let size = 4096; from > 0; size *= 4) {
    from = Math.max(0, text.length - size)
    const resets = [...text.slice(from).matchAll(RE_RESET)]
    const last = resets.at(-1)
    if (last)
      return (text.slice(from + last.index).match(RE_COLOURS) ?? []).join('')
  }
  return (text.match(RE_COLOURS) ?? []).join('')
}
