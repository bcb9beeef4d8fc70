import type { Identity } from '../run/redact-recording.ts'
import type { Rule } from '../run/redact.ts'
import { identityRules } from '../run/redact-recording.ts'
import { applyRules, mapStrings } from '../run/redact.ts'

/** Takes the presenter's names out of what leaves the machine, as they are taken out of recordings. */
export interface Unnamer {
  text: (text: string) => string
  /** A copy with every string of it treated. */
  value: <T>(value: T) => T
  /**
   * How many of these pieces of one text, from its start, can be treated by themselves: a name may lie across the last
   * ones and what is still to come.
   */
  complete: (pieces: readonly string[]) => number
}

export function createUnnamer({ login, host, home }: Identity): Unnamer {
  const rules: Rule[] = identityRules({ login, host, home })
  const names = rules.length ? [...new Set([home, host, host.split('.')[0]!, login])].filter(name => name.length > 2) : []

  const longest = Math.max(0, ...names.map(name => name.length))

  /** The end of the first `count` pieces, as long as a name may be; of a flood the whole would be too much. */
  function endOf(pieces: readonly string[], count: number): string {
    let end = ''
    for (let i = count - 1; i >= 0 && end.length < longest; i--)
      end = pieces[i]! + end
    return end
  }

  /** Whether the end of `text` may be the start of a name, or one whose last letter is still to come. */
  function isOpen(text: string): boolean {
    return names.some((name) => {
      for (let length = Math.min(name.length, text.length); length > 0; length--) {
        if (name.startsWith(text.slice(-length)))
          return true
      }
      return false
    })
  }

  return {
    text: text => applyRules(text, rules),
    value: value => rules.length ? mapStrings(value, text => applyRules(text, rules)) : value,
    complete(pieces) {
      let count = pieces.length
      while (count > 0 && isOpen(endOf(pieces, count)))
        count--
      return count
    },
  }
}
