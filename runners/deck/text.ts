import type { Problem } from '../protocol/problem.ts'
import { Buffer, isUtf8 } from 'node:buffer'

/** The text of a file, and why Slidev, which takes every file for UTF-8 without a mark, reads another. */
export interface Decoded { text: string, mistake?: Pick<Problem, 'line' | 'column' | 'code' | 'message' | 'hint'> }

const HINT = 'Save it as UTF-8 without a byte order mark.'

/** Decodes a file by its mark, else as UTF-8. */
export function decode(bytes: Buffer): Decoded {
  const utf16 = bytes[0] === 0xFF && bytes[1] === 0xFE ? 'utf-16le' : bytes[0] === 0xFE && bytes[1] === 0xFF ? 'utf-16be' : withoutMark(bytes)
  if (utf16)
    return { text: new TextDecoder(utf16).decode(bytes), mistake: { line: 1, column: 1, code: 'encoding', message: 'the file is UTF-16, and Slidev reads UTF-8', hint: HINT } }
  const text = bytes.toString('utf8')
  if (text.startsWith('\uFEFF'))
    return { text: text.slice(1), mistake: { line: 1, column: 1, code: 'encoding', message: 'the file begins with a byte order mark, behind which Slidev finds no headmatter', hint: HINT } }
  if (isUtf8(bytes))
    return { text }
  const line = bytes.toString('latin1').split('\n').findIndex(row => !isUtf8(Buffer.from(row, 'latin1')))
  const column = text.split('\n')[line]!.indexOf('\uFFFD') + 1
  return { text, mistake: { line: line + 1, column, code: 'encoding', message: 'here stands a character that is not UTF-8', hint: 'Save the file as UTF-8.' } }
}

/** UTF-16 whose mark is missing has a zero in every second byte of its Latin letters. */
function withoutMark(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes.length < 4 || !bytes[0] === !bytes[1] || !bytes[2] === !bytes[3])
    return undefined
  return bytes[0] ? 'utf-16le' : 'utf-16be'
}
