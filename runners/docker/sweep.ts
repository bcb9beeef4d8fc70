import type Docker from 'dockerode'

/** What was removed. */
export interface Swept { kind: 'container' | 'network' | 'volume' | 'image', name: string }

const DEADLINE = 15_000

/** Removes all that carries every one of `labels` (`key=value`), containers first; looks again until nothing is left or time is up. */
export async function sweepByLabel(docker: Docker, ...labels: string[]): Promise<Swept[]> {
  const swept: Swept[] = []
  const filters = { label: labels }
  const end = Date.now() + DEADLINE
  while (Date.now() < end) {
    const containers = await docker.listContainers({ all: true, filters })
    await Promise.all(containers.map(async ({ Id, Names }) => {
      await gone(docker.getContainer(Id).remove({ force: true, v: true }))
      swept.push({ kind: 'container', name: Names[0]?.slice(1) ?? Id.slice(0, 12) })
    }))
    const networks = await docker.listNetworks({ filters: JSON.stringify(filters) as never })
    await Promise.all(networks.map(async ({ Id, Name }) => {
      await gone(docker.getNetwork(Id).remove())
      swept.push({ kind: 'network', name: Name })
    }))
    const { Volumes } = await docker.listVolumes({ filters: JSON.stringify(filters) as never })
    await Promise.all((Volumes ?? []).map(async ({ Name }) => {
      await gone(docker.getVolume(Name).remove())
      swept.push({ kind: 'volume', name: Name })
    }))
    if (!containers.length && !networks.length && !Volumes?.length)
      break
  }
  for (const { Id, RepoTags } of await docker.listImages({ filters: JSON.stringify(filters) as never })) {
    await gone(docker.getImage(Id).remove({ force: true }))
    swept.push({ kind: 'image', name: RepoTags?.[0] ?? Id })
  }
  return swept
}

/** 404 is done already, 409 is being done or comes again in the next round. */
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
