import type { View } from '../../../runners/protocol/event.ts'
import type { RunState } from '../../../runners/protocol/fold.ts'

/** A container as its cards show it. */
export interface ContainerCard {
  id: string
  name: string
  /** One word of the engine. */
  state: string
  /** In words: `exited (137, SIGKILL)`. */
  status: string
  image: string
  ports: string
  /** When it was first seen, ms since the epoch. */
  bornAt: number
}

/** A folded run and when it began, ms since the epoch. */
export interface FoldedRun { startedAt: number, state: RunState }

function textOf(view: View, ...keys: string[]): string {
  const value = keys.map(key => view[key]).find(v => v !== undefined && v !== null)
  return typeof value === 'string' ? value : ''
}

function portText(port: View[string]): string {
  if (typeof port !== 'object' || port === null || Array.isArray(port))
    return String(port ?? '')
  const { hostIp, hostPort, containerPort, protocol } = port as Record<string, string | number | undefined>
  const host = hostPort ? `${hostIp && hostIp !== '0.0.0.0' ? `${hostIp}:` : ''}${hostPort}→` : ''
  return `${host}${containerPort ?? ''}${protocol && protocol !== 'tcp' ? `/${protocol}` : ''}`
}

const byName = new Intl.Collator('en', { numeric: true })

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
      newest.set(key, { id: ref.id, name: ref.name, view, at, deleted, bornAt: known?.id === ref.id ? Math.min(born, known.bornAt) : born })
    }
  }
  return [...newest.values()].filter(object => !object.deleted)
    .sort((a, b) => a.bornAt - b.bornAt || byName.compare(a.name, b.name))
}

/** The containers that are there at the end of `runs`. */
export function livingContainers(runs: FoldedRun[]): ContainerCard[] {
  return livingObjects(runs, 'container').map(({ id, name, view, bornAt }) => {
    const state = textOf(view, 'state', 'status') || 'created'
    const ports = Array.isArray(view.ports) ? view.ports.map(portText).filter(Boolean).join(', ') : textOf(view, 'ports')
    return { id, name, state, status: textOf(view, 'status') || state, image: textOf(view, 'image'), ports, bornAt }
  })
}

/** How many containers are in each state, the most first; nothing where all are in one and it is `running`. */
export function countStates(cards: ContainerCard[]): [state: string, count: number][] {
  const counts = new Map<string, number>()
  for (const { state } of cards)
    counts.set(state, (counts.get(state) ?? 0) + 1)
  return counts.size === 1 && counts.has('running') ? [] : [...counts].sort((a, b) => b[1] - a[1])
}

/** What a card, a line and a small card take, in px of the canvas with the gap between them. */
const CARD = { width: 260, height: 108 }
const ROW = { width: 300, height: 42 }
const CHIP = { width: 126, height: 42 }

const GAP = 8

/** How big each of `count` containers may be in a box: whole cards, lines of name and state, names alone, or dots. */
export function densityOf(count: number, { width, height }: { width: number, height: number }): 'card' | 'row' | 'chip' | 'dot' {
  const fits = (one: typeof CARD): boolean => count <= Math.max(1, Math.floor((width + GAP) / one.width)) * Math.floor((height + GAP) / one.height)
  return !height || fits(CARD) ? 'card' : fits(ROW) ? 'row' : fits(CHIP) ? 'chip' : 'dot'
}

/** An age as `docker ps` would round it: `4s`, `3m`, `2h`. */
export function ageText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  return s < 120 ? `${s}s` : s < 7200 ? `${Math.floor(s / 60)}m` : `${Math.floor(s / 3600)}h`
}
