import type { View } from '../runners/protocol/event.ts'
import type { RunState } from '../runners/protocol/fold.ts'

/** A container as its cards show it. */
export interface ContainerCard {
  id: string
  name: string
  state: string
  image: string
  ports: string
  /** When it was born, ms since the epoch. */
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

function bornAt(view: View, added: number): number {
  const { createdAt, created } = view
  const given = createdAt ?? created
  const ms = typeof given === 'string' ? Date.parse(given) : typeof given === 'number' ? (given < 1e12 ? given * 1000 : given) : Number.NaN
  return Number.isNaN(ms) ? added : ms
}

/** The containers that live at the end of `runs`: the newest word on an object counts, whichever run said it. */
export function livingContainers(runs: FoldedRun[]): ContainerCard[] {
  const newest = new Map<string, { at: number, deleted: boolean, card: ContainerCard }>()
  for (const { startedAt, state } of runs) {
    for (const { ref, view, deleted, addedAt, changedAt } of Object.values(state.resources)) {
      const at = startedAt + changedAt
      const known = newest.get(ref.id)
      if (ref.kind !== 'container' || (known && known.at > at))
        continue
      const ports = Array.isArray(view.ports) ? view.ports.map(portText).filter(Boolean).join(', ') : textOf(view, 'ports')
      const born = Math.min(bornAt(view, startedAt + addedAt), known?.card.bornAt ?? Infinity)
      newest.set(ref.id, {
        at,
        deleted,
        card: { id: ref.id, name: ref.name, state: textOf(view, 'state', 'status') || 'created', image: textOf(view, 'image'), ports, bornAt: born },
      })
    }
  }
  return [...newest.values()].filter(entry => !entry.deleted).map(entry => entry.card)
    .sort((a, b) => a.bornAt - b.bornAt || a.name.localeCompare(b.name))
}

/** How big each of `count` cards may be: whole cards, small ones, or dots. */
export function densityOf(count: number): 'card' | 'chip' | 'dot' {
  return count <= 8 ? 'card' : count <= 24 ? 'chip' : 'dot'
}

/** An age as `docker ps` would round it: `4s`, `3m`, `2h`. */
export function ageText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  return s < 120 ? `${s}s` : s < 7200 ? `${Math.floor(s / 60)}m` : `${Math.floor(s / 3600)}h`
}
