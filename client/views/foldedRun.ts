import type { View } from '../../runners/protocol/event.ts'
import type { RunState } from '../../runners/protocol/fold.ts'

const byName = new Intl.Collator('en', { numeric: true })

/** A folded run and when it began, ms since the epoch. */
export interface FoldedRun { startedAt: number, state: RunState }

/** The first of `keys` that a view has, where it is text; else an empty string. */
export function textOf(view: View, ...keys: string[]): string {
  const value = keys.map(key => view[key]).find(v => v !== undefined && v !== null)
  return typeof value === 'string' ? value : ''
}

/** A value of a view as a table writes it. */
export function wordOf(value: View[string] | undefined): string {
  return value === undefined || value === null ? '' : String(value)
}

/** An object by the newest word on it, whichever run said it; times in ms since the epoch. */
export interface NewestObject { id: string, name: string, view: View, at: number, bornAt: number }

/**
 * The objects of one kind that are there at the end of `runs`, oldest first. An engine gives a name once at a time,
 * so that of two with the same name, as recordings of two days have them, the newer one counts.
 */
export function livingObjects(runs: FoldedRun[], kind: string): NewestObject[] {
  const newest = new Map<string, NewestObject & { deleted: boolean }>()
  for (const { startedAt, state } of runs) {
    for (const { ref, view, deleted, addedAt, changedAt } of Object.values(state.resources)) {
      if (ref.kind !== kind)
        continue
      // Nodes of a cluster that a step made may have the names of the session's own.
      const key = `${textOf(view, 'cluster')}/${ref.name}`
      const known = newest.get(key)
      const at = startedAt + changedAt
      if (known && known.at > at)
        continue
      const born = startedAt + addedAt
      newest.set(key, {
        id: ref.id,
        name: ref.name,
        view,
        at,
        deleted,
        bornAt: known?.id === ref.id ? Math.min(born, known.bornAt) : born,
      })
    }
  }
  return [...newest.values()].filter(object => !object.deleted)
    .sort((a, b) => a.bornAt - b.bornAt || byName.compare(a.name, b.name))
}

/** An age as `docker ps` would round it: `4s`, `3m`, `2h`. */
export function ageText(ms: number, [seconds, minutes, hours] = ['s', 'm', 'h']): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  return s < 120 ? `${s}${seconds}` : s < 7200 ? `${Math.floor(s / 60)}${minutes}` : `${Math.floor(s / 3600)}${hours}`
}
