/** A label of a marker: what `print=marker:LABEL` can name, so without commas, and nothing that a terminal acts on. */
const LABEL = String.raw`(?!\s)[^\p{C}\p{Zl}\p{Zp},]{1,64}(?<!\s)`
const RE_LABEL = new RegExp(`^${LABEL}$`, 'u')
/** The number is free among terminals, which ignore what they do not know: the same script may run anywhere. */
const RE_MARKER = new RegExp(String.raw`^[\]\x9D]5264;marker;(${LABEL})(?:\x07|\x1B\\|\x9C)$`, 'u')
/** Longer than any marker, in UTF-16 code units. */
export const LONGEST_MARKER = 160

/** The labels of the markers that one run sets at most; a program that sets more has lost its way. */
export const MOST_MARKERS = 256

/** Whether a marker can have this label. */
export function isMarkerLabel(text: string): boolean {
  return RE_LABEL.test(text)
}

/** The command by which a script sets a marker, wherever it runs. */
export function markerCommand(label: string): string {
  return String.raw`printf '\033]5264;marker;${label}\a'`
}

/** The label of the marker that a control string sets, from `]` to its end; undefined where it is another string. */
export function markerOf(string: string): string | undefined {
  return RE_MARKER.exec(string)?.[1]
}
