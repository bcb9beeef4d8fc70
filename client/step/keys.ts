import type { StepClient } from './useStep.ts'
import { useAgain } from './useAgain.ts'

/** A step on a slide that answers to keys. */
export interface KeyTarget {
  client: StepClient
  element: () => HTMLElement | null
  isCurrent: () => boolean
}

const targets = new Set<KeyTarget>()

const number = (target: KeyTarget): number => target.client.run.value?.info.value.n ?? 0

/** The step that a key means: the focused one, else the first that has not run, else the first that failed. */
export function chooseTarget(candidates: KeyTarget[], focused: Element | null): KeyTarget | undefined {
  return candidates.find(t => focused && t.element()?.contains(focused))
    ?? candidates.find(t => !t.client.active.value && !number(t))
    ?? candidates.find(t => t.client.state.value.phase === 'failed' || t.client.state.value.phase === 'cancelled')
    ?? (candidates.length === 1 && !candidates[0]!.client.active.value ? candidates[0] : undefined)
}

function isTyping(element: EventTarget | null): boolean {
  return element instanceof HTMLElement && (element.isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(element.tagName)
    || (element instanceof HTMLInputElement && element.type !== 'range'))
}

function onKey(event: KeyboardEvent): void {
  if (event.repeat || event.altKey || event.metaKey || isTyping(event.target))
    return
  const here = [...targets].filter(target => target.isCurrent())
  const again = useAgain()
  if (event.key === 'Escape' && again.current.value)
    return again.end()
  if ((event.ctrlKey && event.key === 'Enter') || (!event.ctrlKey && event.key === 'r')) {
    const target = chooseTarget(here, document.activeElement)
    if (target)
      event.preventDefault()
    return target?.client.start()
  }
  if (event.key === 'a' && !event.ctrlKey) {
    const last = here.filter(target => target.client.run.value).sort((a, b) => number(b) - number(a))[0]
    void last?.client.again().catch(() => {})
  }
}

/** Lets a step answer to Ctrl+Enter, `r`, `a` and Escape while its slide is shown; returns what ends it. */
export function addKeys(target: KeyTarget): () => void {
  if (!targets.size)
    window.addEventListener('keydown', onKey)
  targets.add(target)
  return () => {
    targets.delete(target)
    if (!targets.size)
      window.removeEventListener('keydown', onKey)
  }
}
