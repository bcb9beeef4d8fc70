/**
 * Output is untrusted: before log and file it loses what could act on a terminal beyond its own cells.
 * Of the strings that terminals know (ECMA-48 §5.6), only DECRQSS queries (`DCS $ q`) stay, which no browser answers;
 * OSC (titles, links, clipboard, shell integration), other DCS, APC, PM and SOS go. CSI passes.
 */
export function createSanitizer(): (chunk: string) => string {
  /** An unfinished control string, from its introducer on. */
  let held = ''
  return (chunk) => {
    let text = held + chunk
    held = ''
    if (!RE_INTRODUCER.test(text))
      return text
    let clean = ''
    while (text) {
      const start = text.search(RE_INTRODUCER)
      if (start < 0)
        return clean + text
      clean += text.slice(0, start)
      text = text.slice(start)
      const introducer = RE_STRING.exec(text)?.[0]
      if (!introducer) {
        // ESC alone at the end of a chunk may begin a string; any other escape passes.
        if (text === ESC) {
          held = text
          return clean
        }
        clean += text[0]
        text = text.slice(1)
        continue
      }
      const end = RE_END.exec(text.slice(introducer.length))
      if (!end) {
        if (text.length < LONGEST) {
          held = text
          return clean
        }
        // Never ended: what came so far is dropped, what comes next is text again.
        return clean
      }
      const length = introducer.length + end.index + end[0].length
      if (RE_DECRQSS.test(text))
        clean += text.slice(0, length)
      text = text.slice(length)
    }
    return clean
  }
}

const ESC = '\x1B'
/** Characters of a control string that are held back at most. */
const LONGEST = 64 * 1024
// eslint-disable-next-line no-control-regex
const RE_INTRODUCER = /[\x1B\x90\x98\x9D-\x9F]/
// eslint-disable-next-line no-control-regex
const RE_STRING = /^(?:\x1B[PX\]^_]|[\x90\x98\x9D-\x9F])/
// A string ends at ST, at BEL (xterm, for OSC), or is broken off by CAN and SUB, or by the escape that follows.
// eslint-disable-next-line no-control-regex
const RE_END = /\x1B\\|[\x07\x18\x1A\x9C]/
// eslint-disable-next-line no-control-regex
const RE_DECRQSS = /^(?:\x1BP|\x90)[\d;]*\$q[^\x1B\x9C]{0,8}(?:\x1B\\|\x9C)/
