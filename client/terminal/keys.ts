/** Who gets a key that is pressed while a terminal has the focus; `leave` gives all keys back to the slides. */
export type KeyOwner = 'program' | 'slides' | 'leave' | 'copy' | 'paste'

/** What a clicker sends: it belongs to the slides, unless the presenter entered the terminal with a key. */
const CLICKER = new Set(['PageUp', 'PageDown', 'b', '.'])
/** Two presses of Escape within this time leave the terminal, in ms. */
const DOUBLE_ESCAPE = 500

/** What of a keyboard event decides. */
export type Key = Pick<KeyboardEvent, 'type' | 'key' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey' | 'repeat'>

/**
 * A judge over the keys of one terminal; `byKey` says whether it was entered with a key, `selected` whether text is.
 */
export function createKeyJudge({
  byKey,
  selected,
  now = () => performance.now(),
}: {
  byKey: () => boolean
  selected: () => boolean
  now?: () => number
}): (key: Key) => KeyOwner {
  let escapedAt = -Infinity
  return ({ type, key, ctrlKey, shiftKey, altKey, metaKey, repeat }) => {
    const plain = !ctrlKey && !altKey && !metaKey
    if (plain && CLICKER.has(key))
      return byKey() ? 'program' : 'slides'
    if (key === 'Escape' && plain && type === 'keydown' && !repeat) {
      const double = now() - escapedAt < DOUBLE_ESCAPE
      escapedAt = double ? -Infinity : now()
      return double ? 'leave' : 'program'
    }
    const letter = key.toLowerCase()
    // Without Shift, Ctrl-C is the program's.
    if (letter === 'c' && ((ctrlKey && shiftKey) || metaKey) && selected())
      return 'copy'
    if (letter === 'v' && (ctrlKey || metaKey) && !altKey)
      return 'paste'
    return 'program'
  }
}

/** Pasted text without what no person types: control characters other than tabs and line ends. */
export function cleanPaste(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\v\f\x0E-\x1F\x7F-\x9F]/g, '')
}
