import type { Scope } from './scope.ts'
import { LABELS } from '../../protocol/runner.ts'
import { BUILT_IN_NETWORKS } from './objects.ts'

interface EngineEvent { Type?: string, Action?: string, Actor?: { ID?: string, Attributes?: Record<string, string> } }

/**
 * Leaves the session's own events of a stream. Engines put labels into the events of containers only: networks and
 * volumes are looked up when they appear, and remembered for their end.
 */
export function ownEvents(scope: Scope): (line: string) => Promise<string | undefined> {
  const first = Promise.all([scope.objects.networks(), scope.objects.volumes()])
  first.catch(() => {})
  return async (line) => {
    let event: EngineEvent
    try {
      event = JSON.parse(line) as EngineEvent
    }
    catch {
      return undefined
    }
    await first.catch(() => {})
    return await isOwn(event, scope) ? line : undefined
  }
}

async function isOwn({ Type, Action, Actor }: EngineEvent, { objects, id: session }: Scope): Promise<boolean> {
  const { ID = '', Attributes = {} } = Actor ?? {}
  const { container = '' } = Attributes
  switch (Type) {
    case 'container': return Attributes[LABELS.session] === session
    case 'image': return true
    case 'network':
      if (Action === 'create' && !objects.knows('network', ID))
        await objects.networks().catch(() => [])
      return objects.knows('network', ID) || (BUILT_IN_NETWORKS.has(Attributes.name ?? '') && objects.knows('container', container))
    case 'volume':
      if (!objects.knows('volume', ID) && (Action === 'create' || objects.knows('container', container)))
        await objects.volumes().catch(() => new Set())
      return objects.knows('volume', ID)
    default: return false
  }
}
