import type Docker from 'dockerode'
import type { Payload, View } from '../protocol/event.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { LABELS } from '../protocol/runner.ts'
import { parseLines } from './lines.ts'
import { projectContainer, projectNetwork } from './projection.ts'

type Emit = (step: string | undefined, payload: Payload) => void
type Kind = 'container' | 'network' | 'volume'

interface EngineEvent { Type: string, Action: string, Actor: { ID: string, Attributes: Record<string, string> } }

interface Found { name: string, labels: Record<string, string>, view: View }

/** Container actions that change what a card shows; exec and health-check noise is left out. */
const SHOWN = /^(?:create|start|die|stop|kill|oom|pause|unpause|rename|restart|destroy|health_status.*)$/

/** The network that a container is on which names none. */
const BRIDGE = 'bridge'

/** Between two tries to reach a lost engine, in ms. */
const RETRY = 1000

/**
 * Follows what the session owns until aborted. A lost engine is tried again, and what happened meanwhile is found by
 * looking.
 */
export async function watchSession(docker: Docker, sessionId: string, emit: Emit, signal: AbortSignal): Promise<void> {
  const known = new Map<string, { kind: Kind, view: string, step?: string, name: string }>()
  let bridgeKnown = false
  const label = `${LABELS.session}=${sessionId}`
  // The streams' events are looked into one after another, so that an older look never comes after a newer one.
  let last = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => last = last.then(work, work)

  await Promise.all([
    follow({ type: ['container'], label: [label] }, ['container']),
    // Engines before 23 find no network or volume by its label here: all are followed, the others' left aside.
    follow({ type: ['network', 'volume'] }, ['network', 'volume']),
  ])

  async function follow(filters: Record<string, string[]>, kinds: Kind[]): Promise<void> {
    while (!signal.aborted) {
      try {
        const stream = await docker.getEvents({ filters: JSON.stringify(filters) as never, abortSignal: signal })
        stream.on('error', () => {})
        await inTurn(() => lookAtAll(kinds))
        for await (const event of parseLines<EngineEvent>(stream as AsyncIterable<Buffer>))
          await inTurn(() => onEvent(event))
      }
      catch {
        // The stream ends with the engine or with the session; the loop tells which.
      }
      await delay(RETRY, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  async function onEvent(event: EngineEvent): Promise<void> {
    const kind = changed(event)
    if (kind)
      await look(kind, event.Actor.ID)
    const { container } = event.Actor.Attributes
    if (event.Type === 'network' && container && known.has(container))
      await look('container', container)
  }

  /** What an engine that was away did is found by comparing. */
  async function lookAtAll(kinds: Kind[]): Promise<void> {
    const before = [...known].flatMap(([id, { kind }]): [string, Kind][] => kinds.includes(kind) ? [[id, kind]] : [])
    for (const [id, kind] of new Map([...before, ...await listLabelled(docker, label, kinds)]))
      await look(kind, id)
  }

  /** The engine's own bridge is not the session's, but its containers are on it. */
  async function lookAtBridge(step: string | undefined, { networks }: View): Promise<void> {
    if (bridgeKnown || !Object.hasOwn(networks as object, BRIDGE))
      return
    bridgeKnown = true
    const found = await inspect(docker, 'network', BRIDGE)
    if (found !== 'gone')
      emit(step, { type: 'resource', op: 'added', ref: { kind: 'network', id: BRIDGE, name: BRIDGE }, view: found.view })
  }

  async function look(kind: Kind, id: string): Promise<void> {
    const before = known.get(id)
    const found = await inspect(docker, kind, id)
    if (found === 'gone') {
      known.delete(id)
      if (before)
        emit(before.step, { type: 'resource', op: 'deleted', ref: { kind, id: id.slice(0, 12), name: before.name }, view: {} })
      return
    }
    const view = JSON.stringify(found.view)
    if (found.labels[LABELS.session] !== sessionId || before?.view === view)
      return
    const step = found.labels[LABELS.step]
    known.set(id, { kind, view, step, name: found.name })
    if (kind === 'container')
      await lookAtBridge(step, found.view)
    emit(step, { type: 'resource', op: before ? 'modified' : 'added', ref: { kind, id: id.slice(0, 12), name: found.name }, view: found.view })
  }
}

/** The kind of the object that an event tells a visible change of; undefined where there is none. */
function changed({ Type, Action }: EngineEvent): Kind | undefined {
  if (Type === 'container')
    return SHOWN.test(Action) ? Type : undefined
  if (Type === 'volume' || Type === 'network')
    return Action === 'create' || Action === 'destroy' ? Type : undefined
  return undefined
}

/** The ids of all objects that carry a label, each with its kind. */
async function listLabelled(docker: Docker, label: string, kinds: Kind[]): Promise<[string, Kind][]> {
  const filters = JSON.stringify({ label: [label] }) as never
  const found: [string, Kind][] = []
  if (kinds.includes('container'))
    (await docker.listContainers({ all: true, filters })).forEach(({ Id }) => found.push([Id, 'container']))
  if (kinds.includes('network'))
    (await docker.listNetworks({ filters })).forEach(({ Id }) => found.push([Id, 'network']))
  if (kinds.includes('volume'))
    ((await docker.listVolumes({ filters })).Volumes ?? []).forEach(({ Name }) => found.push([Name, 'volume']))
  return found
}

async function inspect(docker: Docker, kind: Kind, id: string): Promise<Found | 'gone'> {
  try {
    if (kind === 'container') {
      const info = await docker.getContainer(id).inspect()
      return { name: info.Name.slice(1), labels: info.Config.Labels ?? {}, view: projectContainer(info) }
    }
    if (kind === 'network') {
      const info = await docker.getNetwork(id).inspect() as Docker.NetworkInspectInfo
      return { name: info.Name, labels: info.Labels ?? {}, view: projectNetwork(info) }
    }
    const { Name, Labels, Driver } = await docker.getVolume(id).inspect()
    return { name: Name, labels: Labels ?? {}, view: { name: Name, driver: Driver } }
  }
  catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404)
      return 'gone'
    throw error
  }
}
