// Besides controls and bidi marks: all that is not seen, what another font decides on, and blanks that are no blank.
const RE_DECEIVING = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00A0\u1680\u2000-\u200A\u202F\u205F\u2800]/gu

/** A line with every character that could hide what it says as `\u{…}`; only a tab stays. */
export function escapeDeceiving(line: string): string {
  return line.replace(RE_DECEIVING, character => character === '\t' ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`)
}
