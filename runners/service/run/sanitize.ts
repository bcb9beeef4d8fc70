import { LONGEST_MARKER, markerOf } from '../../protocol/marker.ts'

/**
 * Output is untrusted: before log and file it loses what could act on a terminal beyond its own cells.
 * Of the strings that terminals know (ECMA-48 §5.6), only DECRQSS queries (`DCS $ q`) stay, which no browser answers;
 * OSC (titles, links, clipboard, shell integration), other DCS, APC, PM and SOS go, in 7 and in 8 bits. CSI passes.
 * Of those that go, a marker is told to `onMarker`, with the clean text of the chunk before it, which is not returned
 * then.
 *
 * What comes out never depends on where chunks end, and no ESC comes out apart from the character that it leads:
 * else a string between the two could be taken away, and what is left would make a new one.
 */
export function createSanitizer(
  onMarker: (before: string, label: string) => void = () => {},
): (chunk: string) => string {
  /** What cannot be judged yet: an ESC, or a string from its introducer on. */
  let held = ''
  return (chunk) => {
    const text = held ? held + chunk : chunk
    held = ''
    let at = text.search(RE_SPECIAL)
    if (at < 0)
      return text
    let clean = text.slice(0, at)
    while (at < text.length) {
      const start = at
      let body = at + 1
      let kind = text[at]!
      if (kind === ESC) {
        // Terminals execute control characters inside an escape, and go on with the escape.
        while (body < text.length && isExecuted(text.charCodeAt(body)))
          clean += text[body++]
        if (body === text.length) {
          held = ESC
          return clean
        }
        kind = text[body]!
        if (!STRINGS_7BIT.includes(kind)) {
          // ESC, C1 and all beyond ASCII break the escape off, and so do CAN and SUB, which end with it.
          if (kind >= ' ' && kind < '\x7F')
            clean += ESC + kind
          at = kind === ESC || kind >= '\x7F' ? body : body + 1
          at = copyPlain(at)
          continue
        }
        body++
      }
      at = skipString(text, body, kind)
      if (at < 0) {
        held = (body - start > 1 ? ESC : '') + text.slice(body - 1)
        return clean
      }
      const string = text.slice(body - 1, Math.min(at, body + LONGEST_MARKER))
      const label = markerOf(string)
      if (label !== undefined) {
        onMarker(clean, label)
        clean = ''
      }
      else if (RE_DECRQSS.test(string)) {
        clean += (body - start > 1 ? ESC : '') + string
      }
      at = copyPlain(at)
    }
    return clean

    /** Takes over text up to the next character to judge, and says where that is. */
    function copyPlain(from: number): number {
      RE_NEXT.lastIndex = from
      const to = RE_NEXT.exec(text)?.index ?? text.length
      clean += text.slice(from, to)
      return to
    }
  }
}

const ESC = '\x1B'
/** DCS, SOS, OSC, PM and APC behind ESC. */
const STRINGS_7BIT = 'PX]^_'
const OSC = ']\x9D'
/** Characters of a string that are held back at most; after as many it is dropped, and what follows is text. */
const LONGEST = 64 * 1024
// eslint-disable-next-line no-control-regex
const RE_SPECIAL = /[\x1B\x90\x98\x9D-\x9F]/
const RE_NEXT = new RegExp(RE_SPECIAL, 'g')
// A string ends at ST, is broken off by CAN, SUB or another escape; an OSC ends at BEL too (xterm).
// eslint-disable-next-line no-control-regex
const RE_END = /[\x18\x1A\x1B\x9C]/g
// eslint-disable-next-line no-control-regex
const RE_OSC_END = /[\x07\x18\x1A\x1B\x9C]/g
// eslint-disable-next-line no-control-regex
const RE_DECRQSS = /^[P\x90][\d;]*\$q[ -~]{0,8}(?:\x1B\\|\x9C)$/

function isExecuted(code: number): boolean {
  return code < 0x20 && code !== 0x1B && code !== 0x18 && code !== 0x1A
}

/** Where the string whose body begins at `body` is over; -1 if its end has not come yet. */
function skipString(text: string, body: number, kind: string): number {
  const end = OSC.includes(kind) ? RE_OSC_END : RE_END
  end.lastIndex = body
  const found = end.exec(text)?.index ?? text.length
  if (found - body >= LONGEST)
    return body + LONGEST
  if (found === text.length)
    return -1
  if (text[found] !== ESC)
    return found + 1
  if (found + 1 === text.length)
    return -1
  return text[found + 1] === '\\' ? found + 2 : found
}
