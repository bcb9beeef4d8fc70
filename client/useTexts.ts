import type { Texts } from './texts.ts'
import { lang } from 'virtual:kamishibai/deck'
import { textsOf } from './texts.ts'

/** The interface's texts in the language of the deck. */
export function useTexts(): Texts {
  return textsOf(lang)
}
