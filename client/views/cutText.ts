/** `text` cut to `width` px, where each character takes `each`; East Asian characters take two. */
export function cutText(text: string, width: number, each: number): string {
  let used = 0
  let at = 0
  for (const character of text) {
    used += character.codePointAt(0)! > 0x2E7F ? 2 * each : each
    if (used > width) {
      const kept = [...text.slice(0, at)].slice(0, -1).join('')
      return kept ? `${kept}…` : ''
    }
    at += character.length
  }
  return text
}
