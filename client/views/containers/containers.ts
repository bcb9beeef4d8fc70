import type { View } from '../../../runners/protocol/event.ts'
import type { FoldedRun } from '../foldedRun.ts'
import { livingObjects, textOf } from '../foldedRun.ts'

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

function portText(port: View[string]): string {
  if (typeof port !== 'object' || port === null || Array.isArray(port))
    return String(port ?? '')
  const { hostIp, hostPort, containerPort, protocol } = port as Record<string, string | number | undefined>
  const host = hostPort ? `${hostIp && hostIp !== '0.0.0.0' ? `${hostIp}:` : ''}${hostPort}→` : ''
  return `${host}${containerPort ?? ''}${protocol && protocol !== 'tcp' ? `/${protocol}` : ''}`
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

/** A status of `livingContainers` in words of the deck's language; what it has none for stays as the engine has it. */
export function statusText(status: string, words: Record<string, string>): string {
  return status.replace(/[a-z]+(?: [a-z]+)*/g, word => Object.hasOwn(words, word) ? words[word]! : word)
}
