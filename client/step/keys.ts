import type { AgainSlot } from './again.ts'
import type { StepClient } from './stepClient.ts'

/** A step on a slide that answers to keys. */
export interface KeyTarget {
  id?: string
  client: Pick<StepClient, 'run' | 'active' | 'state' | 'start' | 'again' | 'rescuable' | 'takeRecording'>
  element: () => Pick<HTMLElement, 'contains'> | null
  isCurrent: () => boolean
  /** Whether the slide's next click is the step's own place: it takes the recording itself. */
  isNext?: () => boolean
}

/** Steps of a slide that start together. */
export interface Race {
  steps: string[]
  isCurrent: () => boolean
  start: () => void
}

export interface StepKeysOptions {
  again: AgainSlot
  /** Where keys are pressed. @default window */
  source?: EventTarget
  /** The element that has the focus. */
  focused?: () => Element | null
}

/** The keys of the steps of one window. */
export interface StepKeys {
  /** Adds a step that answers while its slide is shown; returns what ends it. */
  add: (target: KeyTarget) => () => void
  /** Takes the recording of what failed last on the slide that is shown; false without a failure. */
  rescue: () => boolean
  /** Lets steps start together; returns what ends it. */
  addRace: (race: Race) => () => void
  /** Starts the race that a step runs in on the slide that is shown; false where it runs in none. */
  startRace: (stepId: string | undefined) => boolean
}

const number = (target: KeyTarget): number => target.client.run.value?.info.value.n ?? 0

function latest(targets: KeyTarget[]): KeyTarget | undefined {
  return targets.filter(number).sort((a, b) => number(b) - number(a))[0]
}

const hasFailed = (target: KeyTarget): boolean => ['failed', 'cancelled'].includes(target.client.state.value.phase)

/** The step that has the focus. */
function focusedOf(candidates: KeyTarget[], focused: Element | null): KeyTarget | undefined {
  return candidates.find(t => focused && t.element()?.contains(focused))
}

/**
 * The step that `r` runs: the focused one, else the last one that ran where it failed, else the first that has not run,
 * else the last one that ran.
 */
export function chooseTarget(candidates: KeyTarget[], focused: Element | null): KeyTarget | undefined {
  const last = latest(candidates)
  const failed = last && hasFailed(last) ? last : undefined
  const fresh = candidates.find(t => !t.client.active.value && !number(t))
  return focusedOf(candidates, focused) ?? failed ?? fresh ?? (last?.client.active.value ? undefined : last)
}

/** The step whose recording `p` takes: the focused one, else the last one that ran, else the first. */
export function chooseRecorded(candidates: KeyTarget[], focused: Element | null): KeyTarget | undefined {
  return focusedOf(candidates, focused) ?? latest(candidates) ?? candidates[0]
}

/** Whether an element takes the keys as text. */
export function isTyping(target: EventTarget | null): boolean {
  const { isContentEditable, tagName = '', type } = (target ?? {}) as Partial<HTMLInputElement>
  return !!isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(tagName) || (tagName === 'INPUT' && type !== 'range')
}

/** The keys of the steps of one window: `r` and Ctrl+Enter, `p`, `a`, and Escape; and the clicker's after a failure. */
export function createStepKeys(options: StepKeysOptions): StepKeys {
  const { again, source = window, focused = () => document.activeElement } = options
  const targets = new Set<KeyTarget>()
  const races = new Set<Race>()
  const here = (): KeyTarget[] => [...targets].filter(target => target.isCurrent())

  function startRace(stepId: string | undefined): boolean {
    const race = [...races].find(({ steps, isCurrent }) => stepId !== undefined && steps.includes(stepId) && isCurrent())
    race?.start()
    return race !== undefined
  }

  function onKey(pressed: Event): void {
    const event = pressed as KeyboardEvent
    if (event.repeat || event.altKey || event.metaKey || isTyping(event.target))
      return
    if (event.key === 'Escape' && again.current.value)
      return again.end()
    if ((event.ctrlKey && event.key === 'Enter') || (!event.ctrlKey && event.key === 'r')) {
      const target = chooseTarget(here(), focused())
      if (target)
        event.preventDefault()
      if (target && !startRace(target.id))
        target.client.start()
      return
    }
    if (event.ctrlKey)
      return
    if (event.key === 'p')
      return chooseRecorded(here(), focused())?.client.takeRecording()
    if (event.key === 'a')
      void latest(here())?.client.again().catch(() => {})
  }

  return {
    addRace(race) {
      races.add(race)
      return () => races.delete(race)
    },
    startRace,
    add(target) {
      if (!targets.size)
        source.addEventListener('keydown', onKey)
      targets.add(target)
      return () => {
        targets.delete(target)
        if (!targets.size)
          source.removeEventListener('keydown', onKey)
      }
    },
    rescue() {
      const standing = here()
      const last = latest(standing) ?? standing.find(target => target.client.rescuable.value)
      if (!last?.client.rescuable.value || last.isNext?.())
        return false
      last.client.takeRecording()
      return true
    },
  }
}
