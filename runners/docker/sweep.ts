import type Docker from 'dockerode'
import { setTimeout as delay } from 'node:timers/promises'

/** What was removed. */
export interface Swept { kind: 'container' | 'network' | 'volume' | 'image', name: string }

const DEADLINE = 15_000
/** Between two looks, in ms. */
const PAUSE = 50

/**
 * Removes all that carries every one of `labels` (`key=value`), containers first; looks again until nothing is left
 * or time is up. A network that others still use is taken from them.
 */
export async function sweepByLabel(docker: Docker, ...labels: string[]): Promise<Swept[]> {
  const swept = new Map<string, Swept>()
  const filters = JSON.stringify({ label: labels }) as never
  const end = Date.now() + DEADLINE
  for (let round = 0; Date.now() < end; round++) {
    const [containers, networks, { Volumes }] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters }),
    ])
    const volumes = Volumes ?? []
    if (!containers.length && !networks.length && !volumes.length)
      break
    await Promise.all(containers.map(async ({ Id, Names }) => {
      await gone(docker.getContainer(Id).remove({ force: true, v: true }))
      swept.set(Id, { kind: 'container', name: Names[0]?.slice(1) ?? Id.slice(0, 12) })
    }))
    await Promise.all(networks.map(async ({ Id, Name }) => {
      await removeNetwork(docker, Id)
      swept.set(Id, { kind: 'network', name: Name })
    }))
    await Promise.all(volumes.map(async ({ Name }) => {
      await gone(docker.getVolume(Name).remove())
      swept.set(Name, { kind: 'volume', name: Name })
    }))
    // Mostly the first round takes all: the second finds nothing, and need not wait.
    if (round)
      await delay(PAUSE)
  }
  // An image that another was built on goes only after it; one that others use stays.
  let images = await docker.listImages({ filters })
  for (let before = Infinity; images.length && images.length < before; images = await docker.listImages({ filters })) {
    before = images.length
    // One after the other: images share their layers, and the engine stumbles over two that take the same one away.
    for (const { Id, RepoTags } of images) {
      await gone(docker.getImage(Id).remove({ force: true }))
      swept.set(Id, { kind: 'image', name: RepoTags?.[0] ?? Id })
    }
  }
  return [...swept.values()]
}

async function removeNetwork(docker: Docker, id: string): Promise<void> {
  const network = docker.getNetwork(id)
  const info = await network.inspect().catch(() => undefined) as { Containers?: Record<string, unknown> } | undefined
  await Promise.all(Object.keys(info?.Containers ?? {}).map(container => gone(network.disconnect({ Container: container, Force: true }))))
  await gone(network.remove())
}

/** 404 is done already; 409 and 403 are being done, or come again in the next round. */
async function gone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal
  }
  catch (error) {
    const { statusCode } = error as { statusCode?: number }
    if (statusCode !== 404 && statusCode !== 409 && statusCode !== 403)
      throw error
  }
}
