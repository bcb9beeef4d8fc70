/** What a card, a line and a small card take, in px of the canvas with the gap between them. */
const CARD = { width: 260, height: 108 }
const ROW = { width: 300, height: 42 }
const CHIP = { width: 126, height: 42 }

const GAP = 8

/** How big each of `count` containers may be in a box: whole cards, lines of name and state, names alone, or dots. */
export function densityOf(count: number, { width, height }: { width: number, height: number }): 'card' | 'row' | 'chip' | 'dot' {
  const fits = (one: typeof CARD): boolean =>
    count <= Math.max(1, Math.floor((width + GAP) / one.width)) * Math.floor((height + GAP) / one.height)
  return !height || fits(CARD) ? 'card' : fits(ROW) ? 'row' : fits(CHIP) ? 'chip' : 'dot'
}
