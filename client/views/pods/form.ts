/** What a pod takes in its forms, in px of the canvas with the gap after it. */
const FORMS = { card: { width: 196, height: 92 }, chip: { width: 92, height: 38 } }
const DOT = 17
const GAP = 8

/** How big the pods of the fullest node may be in a box of this size. */
export function podForm(count: number, { width, height }: { width: number, height: number }): 'card' | 'chip' | 'dot' {
  // The gap after the last one may be cut.
  const fits = ({ width: w, height: h }: { width: number, height: number }): boolean =>
    count <= Math.max(1, Math.floor((width + GAP) / w)) * Math.floor((height + GAP) / h)
  return fits(FORMS.card) ? 'card' : fits(FORMS.chip) ? 'chip' : 'dot'
}

/** How many dots fit in a box of this size. */
export function dotsIn({ width, height }: { width: number, height: number }): number {
  return Math.max(1, Math.floor(width / DOT) * Math.floor(height / DOT))
}
