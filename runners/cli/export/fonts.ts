const RE_FACE = /@font-face\s*\{[^}]*\}/g
const RE_RANGES = /unicode-range:([^;}]+)/

/** Leaves out of a style sheet the parts of fonts that have none of the characters of `text`, and all but the first format of the others. */
export function onlyNeededFonts(css: string, text: string): string {
  const points = [...new Set(text)].map(char => char.codePointAt(0)!)
  return css.replaceAll(RE_FACE, (face) => {
    const ranges = RE_RANGES.exec(face)?.[1]!.split(',').map(toRange)
    return ranges && !points.some(point => ranges.some(([from, to]) => point >= from && point <= to)) ? '' : face.replace(/(src:\s*url\([^)]*\)[^,;}]*),[^;}]*/, '$1')
  })
}

/** `U+26`, `U+0-7F` or `U+4??`; source: CSS Fonts 4, `unicode-range`. */
function toRange(text: string): [from: number, to: number] {
  const [from = '', to = from] = text.trim().replace(/^U\+/i, '').split('-')
  return [Number.parseInt(from.replaceAll('?', '0'), 16), Number.parseInt(to.replaceAll('?', 'F'), 16)]
}
