import type { AgainSlot } from './again.ts'
import type { StepClient } from './stepClient.ts'

/** A step on a slide that answers to keys. */
export interface KeyTarget {
  client: Pick<StepClient, 'run' | 'active' | 'state' | 'start' | 'again'>
  element: () => Pick<HTMLElement, 'contains'> | null
  isCurrent: () => boolean
}

export interface StepKeysOptions {
  again: AgainSlot
  /** Where keys are pressed. @default window */
  source?: EventTarget
  /** The element that has the focus. */
  focused?: () => Element | null
}

const number = (target: KeyTarget): number => target.client.run.value?.info.value.n ?? 0

/** The step that a key means: the focused one, else the first that has not run, else the first that failed. */
export function chooseTarget(candidates: KeyTarget[], focused: Element | null): KeyTarget | undefined {
  return candidates.find(t => focused && t.element()?.contains(focused))
    ?? candidates.find(t => !t.client.active.value && !number(t))
    ?? candidates.find(t => t.client.state.value.phase === 'failed' || t.client.state.value.phase === 'cancelled')
    ?? (candidates.length === 1 && !candidates[0]!.client.active.value ? candidates[0] : undefined)
}

/** Whether an element takes the keys as text. */
function isTyping(target: EventTarget | null): boolean {
  const { isContentEditable, tagName = '', type } = (target ?? {}) as Partial<HTMLInputElement>
  return !!isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(tagName) || (tagName === 'INPUT' && type !== 'range')
}

/**
 * The keys of the steps of one window: Ctrl+Enter, `r`, `a` and Escape.
 * The function adds a step that answers to them while its slide is shown, and returns what ends it.
 */
export function createStepKeys(options: StepKeysOptions): (target: KeyTarget) => () => void {
  const { again, source = window, focused = () => document.activeElement } = options
  const targets = new Set<KeyTarget>()

  function onKey(pressed: Event): void {
    const event = pressed as KeyboardEvent
    if (event.repeat || event.altKey || event.metaKey || isTyping(event.target))
      return
    const here = [...targets].filter(target => target.isCurrent())
    if (event.key === 'Escape' && again.current.value)
      return again.end()
    if ((event.ctrlKey && event.key === 'Enter') || (!event.ctrlKey && event.key === 'r')) {
      const target = chooseTarget(here, focused())
      if (target)
        event.preventDefault()
      return target?.client.start()
    }
    if (event.key === 'a' && !event.ctrlKey) {
      const last = here.filter(target => target.client.run.value).sort((a, b) => number(b) - number(a))[0]
      void last?.client.again().catch(() => {})
    }
  }

  return (target) => {
    if (!targets.size)
      source.addEventListener('keydown', onKey)
    targets.add(target)
    return () => {
      targets.delete(target)
      if (!targets.size)
        source.removeEventListener('keydown', onKey)
    }
  }
}
