import type { Payload } from '../protocol/event.ts'
import type { Grant } from '../protocol/grant.ts'
import type { RunnerConfig } from '../protocol/runner.ts'
import type { Dialer } from './dial.ts'
import type { Discovery } from './discovery.ts'
import type { Entrance } from './entrance.ts'
import type { Follower } from './follow.ts'
import type { KubeObject } from './objects.ts'
import type { Shells } from './shell.ts'
import type { Space } from './space.ts'
import { createDialer } from './dial.ts'
import { createDiscovery } from './discovery.ts'
import { followSpace } from './follow.ts'
import { project } from './projection.ts'
import { createShells } from './shell.ts'
import { openSpace } from './space.ts'

/** All that a session has in its cluster, once it is open. */
export interface Opened { space: Space, discovery: Discovery, follower: Follower, dialer: Dialer, shells: Shells }

export type Emit = (step: string | undefined, payload: Payload) => void

/** The session's part of a cluster, opened when it is first asked for. */
export interface Opening {
  /** Opens it; after a failure, the next call tries again. */
  open: () => Promise<Opened>
  /** What is open or being opened; undefined where nobody asked yet. */
  current: () => Promise<Opened> | undefined
  close: () => Promise<void>
}

export interface OpeningOptions {
  config: RunnerConfig
  entrance: Entrance
  grants: readonly Grant[]
  emit: Emit
  signal: AbortSignal
}

/** Opens a namespace behind `entrance`, and follows it until `signal` is aborted. */
export function createOpening({ config, entrance, grants, emit, signal }: OpeningOptions): Opening {
  let opening: Promise<Opened> | undefined

  async function openNow(): Promise<Opened> {
    const access = await entrance.enter()
    const context = entrance.context!
    const space = await openSpace(context, access, config)
    return {
      space,
      follower: followSpace(space, emit, signal),
      discovery: createDiscovery(space.api),
      dialer: createDialer(space),
      shells: createShells(config, grants, context, tellNodes),
    }
  }

  /** The nodes of a cluster that a step made; `cluster` tells them from those of the session's. */
  function tellNodes(cluster: string, nodes: KubeObject[]): void {
    for (const node of nodes) {
      const ref = { kind: 'node', id: node.metadata.uid!, name: node.metadata.name } as const
      emit(undefined, { type: 'resource', op: 'added', ref, view: { ...project({ ...node, kind: 'Node' }), cluster } })
    }
  }

  return {
    open() {
      if (!opening) {
        opening = openNow()
        opening.catch(() => opening = undefined)
      }
      return opening
    },
    current: () => opening,
    async close() {
      const opened = await opening?.catch(() => undefined)
      opened?.dialer.close()
      await opened?.shells.close()
      await opened?.space.close()
    },
  }
}
