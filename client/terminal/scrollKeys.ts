/** Where a screen stands in its rows. */
export type ScrollStep = 'page-up' | 'page-down' | 'start' | 'end'

/** A screen that can be scrolled. */
export interface ScrollTarget {
  element: () => Element | null | undefined
  /** Whether its slide is shown, and it has more rows than room. */
  scrolls: () => boolean
  /** Whether it stands anywhere but at its end. */
  isBack: () => boolean
  scroll: (step: ScrollStep) => void
}

/** The keys of terminals; with Shift, so that those of clickers stay with the slides. */
const KEYS: Record<string, ScrollStep> = { PageUp: 'page-up', PageDown: 'page-down', Home: 'start', End: 'end' }

/** The screen that a key means: of the step with the focus, under the mouse, scrolled already, or the first. */
export function chooseScreen(
  targets: Iterable<ScrollTarget>,
  { focused, hovered }: { focused: Element | null, hovered: Element | null },
): ScrollTarget | undefined {
  const here = [...targets].filter(target => target.scrolls())
  const stepOf = (target: ScrollTarget): Element | null | undefined => target.element()?.closest('.kb-step') ?? target.element()
  return here.find(target => focused && stepOf(target)?.contains(focused))
    ?? here.find(target => hovered && target.element()?.contains(hovered))
    ?? here.find(target => target.isBack())
    ?? here[0]
}

/** What a key pressed anywhere asks of a screen. */
export function scrollStepOf({ key, shiftKey, ctrlKey, altKey, metaKey }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>): ScrollStep | undefined {
  return shiftKey && !ctrlKey && !altKey && !metaKey ? KEYS[key] : undefined
}

const targets = new Set<ScrollTarget>()

function onKey(event: KeyboardEvent): void {
  const step = scrollStepOf(event)
  // What can be typed into has these keys for itself.
  if (!step || (event.target as Element | null)?.closest?.('input, textarea, select, [contenteditable]'))
    return
  // The innermost one stands last.
  const hovered = [...document.querySelectorAll(':hover')].at(-1) ?? null
  const target = chooseScreen(targets, { focused: document.activeElement, hovered })
  if (!target)
    return
  event.preventDefault()
  event.stopImmediatePropagation()
  target.scroll(step)
}

/** Lets a screen answer to the keys of this window; returns what ends that. */
export function answerScrollKeys(target: ScrollTarget): () => void {
  if (!targets.size)
    window.addEventListener('keydown', onKey, { capture: true })
  targets.add(target)
  return () => {
    targets.delete(target)
    if (!targets.size)
      window.removeEventListener('keydown', onKey, { capture: true })
  }
}
