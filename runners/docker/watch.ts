import type Docker from 'dockerode'
import type { Payload, View } from '../protocol/event.ts'
import { LABELS } from '../protocol/runner.ts'

type Emit = (step: string | undefined, payload: Payload) => void

interface EngineEvent { Type: string, Action: string, Actor: { ID: string, Attributes: Record<string, string> } }

/** Container actions that change what a card shows; exec and health-check noise is left out. */
const SHOWN = /^(?:create|start|die|stop|kill|oom|pause|unpause|rename|restart|destroy|health_status.*)$/

/** Follows the containers of a session until aborted; a lost engine is tried again every second. */
export async function watchContainers(docker: Docker, sessionId: string, emit: Emit, signal: AbortSignal): Promise<void> {
  const known = new Map<string, { view: string, step?: string, name: string }>()
  let since: number | undefined
  while (!signal.aborted) {
    try {
      const filters = { type: ['container'], label: [`${LABELS.session}=${sessionId}`] }
      const stream = await docker.getEvents({ filters: JSON.stringify(filters) as never, since, abortSignal: signal })
      for await (const event of parseLines(stream as AsyncIterable<Buffer>)) {
        since = Math.floor(Date.now() / 1000)
        if (SHOWN.test(event.Action))
          await show(event)
      }
    }
    catch {
      // The stream ends with the engine or with the session; the loop tells which.
    }
    if (!signal.aborted)
      await new Promise(resolve => setTimeout(resolve, 1000).unref())
  }

  async function show({ Action, Actor }: EngineEvent): Promise<void> {
    const id = Actor.ID
    const step = Actor.Attributes[LABELS.step]
    const name = Actor.Attributes.name ?? id.slice(0, 12)
    const before = known.get(id)
    if (Action === 'destroy') {
      known.delete(id)
      emit(step, { type: 'resource', op: 'deleted', ref: { kind: 'container', id: id.slice(0, 12), name }, view: {} })
      return
    }
    const view = await project(docker, id)
    if (!view)
      return
    const text = JSON.stringify(view)
    if (before?.view === text)
      return
    known.set(id, { view: text, step, name })
    emit(step, { type: 'resource', op: before ? 'modified' : 'added', ref: { kind: 'container', id: id.slice(0, 12), name }, view })
  }
}

/** A container as a card shows it: no environment, no labels, no mounts. */
async function project(docker: Docker, id: string): Promise<View | undefined> {
  let info: Docker.ContainerInspectInfo
  try {
    info = await docker.getContainer(id).inspect()
  }
  catch {
    return undefined
  }
  const { State, Config, NetworkSettings } = info
  const ports = Object.entries(NetworkSettings.Ports ?? {}).flatMap(([port, bindings]) => {
    return (bindings as { HostIp: string, HostPort: string }[] | null)?.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}→${port.replace('/tcp', '')}`) ?? []
  })
  return {
    name: info.Name.slice(1),
    image: Config.Image,
    imageId: info.Image,
    state: State.Status,
    ...(State.Health && { health: State.Health.Status }),
    ...(State.Status === 'exited' && { exitCode: State.ExitCode, oom: State.OOMKilled }),
    ports,
    createdAt: info.Created,
    networks: Object.fromEntries(Object.entries(NetworkSettings.Networks ?? {}).map(([name, { IPAddress }]) => [name, IPAddress])),
  }
}

async function* parseLines(stream: AsyncIterable<Buffer>): AsyncGenerator<EngineEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      if (line.trim())
        yield JSON.parse(line) as EngineEvent
    }
  }
}
