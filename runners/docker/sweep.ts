import type Docker from 'dockerode'
import type { SweepFilter, SweepReport } from '../protocol/sweep.ts'
import type { Endpoint } from './endpoint.ts'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LABELS } from '../protocol/runner.ts'
import { createEngine } from './guard/engine.ts'
import { createTags, TAGS_FILE } from './guard/tags.ts'

/** An object of the engine that carries a session's labels. */
export interface Labelled {
  kind: 'container' | 'network' | 'volume' | 'image'
  id: string
  name: string
  labels: Record<string, string>
}

/** What was removed, and what is still there. */
export interface Swept { removed: Labelled[], left: Labelled[] }

const DEADLINE = 15_000
/** How long nothing may become less before what is left is given up, in ms: another's container may hold a volume. */
const PATIENCE = 5000
/** Between two looks, in ms. */
const PAUSE = 50

/**
 * Removes all that carries every one of `labels` (`key=value`), containers first; looks again until nothing is left
 * or time is up. A network that others still use is taken from them, an image that others use stays.
 */
export async function sweepByLabel(docker: Docker, ...labels: string[]): Promise<Swept> {
  const seen = new Map<string, Labelled>()
  const end = Date.now() + DEADLINE
  let least = Infinity
  let since = Date.now()
  let left: Labelled[]
  do {
    for (let round = 0; Date.now() < end && Date.now() - since < PATIENCE; round++) {
      const found = await listLabelled(docker, labels)
      found.forEach(object => seen.set(object.id, object))
      if (!found.length)
        break
      if (found.length < least) {
        least = found.length
        since = Date.now()
      }
      for (const kind of ['container', 'network', 'volume'] as const)
        await Promise.all(found.filter(object => object.kind === kind).map(object => remove(docker, object)))
      // Mostly the first round takes all: the second finds nothing, and need not wait.
      if (round)
        await delay(PAUSE)
    }
    const images = await sweepImages(docker, labels, seen)
    left = [...await listLabelled(docker, labels), ...images]
    // A build that was given up may have made one more container meanwhile.
  } while (left.some(({ kind }) => kind !== 'image') && Date.now() < end && Date.now() - since < PATIENCE)
  const kept = new Set(left.map(object => object.id))
  return { removed: [...seen.values()].filter(object => !kept.has(object.id)), left }
}

/** Removes what an earlier run of a step left: mostly containers only, and those with one look. */
export async function resetByLabel(docker: Docker, ...labels: string[]): Promise<void> {
  const [found, images] = await Promise.all([listLabelled(docker, labels), listImages(docker, labels)])
  if (!images.length && found.every(({ kind }) => kind === 'container')) {
    const removals = await Promise.allSettled(
      found.map(({ id }) => docker.getContainer(id).remove({ force: true, v: true })),
    )
    if (removals.every(({ status }) => status === 'fulfilled'))
      return
  }
  await sweepByLabel(docker, ...labels)
}

/** Removes labelled images, those that others were built on after those; resolves with the ones that stay. */
async function sweepImages(docker: Docker, labels: string[], seen: Map<string, Labelled>): Promise<Labelled[]> {
  let images = await listImages(docker, labels)
  for (let before = Infinity; images.length && images.length < before; images = await listImages(docker, labels)) {
    before = images.length
    // One after the other: images share their layers, and the engine stumbles over two that take the same one away.
    for (const image of images) {
      seen.set(image.id, image)
      await remove(docker, image)
    }
  }
  return images
}

/**
 * Removes what dead sessions left on the engine, each session by its own labels; what stays is named with the reason.
 */
export async function sweepSessions(docker: Docker, endpoint: Endpoint, filter: SweepFilter): Promise<SweepReport> {
  const report = await sweepLabelled(docker, filter)
  report.removed.push(...await sweepTags(endpoint, filter))
  return report
}

async function sweepLabelled(docker: Docker, { session, keep, dryRun }: SweepFilter): Promise<SweepReport> {
  const labels = [session === undefined ? LABELS.session : `${LABELS.session}=${session}`]
  const report: SweepReport = { removed: [], kept: [] }
  const toRemoved = ({ kind, name, labels }: Labelled): SweepReport['removed'][number] => ({ kind, name, session: labels[LABELS.session] ?? '' })
  const doomed = new Map<string, string[]>()
  for (const object of [...await listLabelled(docker, labels), ...await listImages(docker, labels)]) {
    const reason = keep(object.labels)
    if (reason !== undefined)
      report.kept.push({ kind: object.kind, name: object.name, reason })
    else if (dryRun)
      report.removed.push(toRemoved(object))
    else
      doomed.set(`${object.labels[LABELS.session]} ${object.labels[LABELS.owner]}`, [LABELS.session, LABELS.owner].map(key => `${key}=${object.labels[key]}`))
  }
  for (const own of doomed.values()) {
    const { removed, left } = await sweepByLabel(docker, ...own)
    report.removed.push(...removed.map(toRemoved))
    report.kept.push(...left.map(({ kind, name }) => ({ kind, name, reason: 'the engine does not remove it: something else uses it' })))
  }
  return report
}

/** Takes away the names of images that dead sessions gave and that no label tells: their guards noted them. */
async function sweepTags(endpoint: Endpoint, { folders, dryRun }: SweepFilter): Promise<SweepReport['removed']> {
  const removed: SweepReport['removed'] = []
  const engine = createEngine(endpoint)
  try {
    for (const [session, folder] of folders) {
      const file = join(folder, TAGS_FILE)
      if (!existsSync(file))
        continue
      const tags = createTags(engine, session, file)
      for (const name of dryRun ? await tags.held() : await tags.release())
        removed.push({ kind: 'image', name, session })
    }
  }
  finally {
    engine.close()
  }
  return removed
}

async function listLabelled(docker: Docker, labels: string[]): Promise<Labelled[]> {
  const filters = JSON.stringify({ label: labels }) as never
  const [containers, networks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ])
  return [
    ...containers.map(({ Id, Names, Labels }): Labelled => ({ kind: 'container', id: Id, name: Names[0]?.slice(1) ?? Id.slice(0, 12), labels: Labels })),
    ...networks.map(({ Id, Name, Labels }): Labelled => ({ kind: 'network', id: Id, name: Name, labels: Labels ?? {} })),
    ...(Volumes ?? []).map(({ Name, Labels }): Labelled => ({ kind: 'volume', id: Name, name: Name, labels: Labels ?? {} })),
  ]
}

async function listImages(docker: Docker, labels: string[]): Promise<Labelled[]> {
  const images = await docker.listImages({ filters: JSON.stringify({ label: labels }) as never })
  return images.map(({ Id, RepoTags, Labels }) => {
    const tag = RepoTags?.find(name => name !== '<none>:<none>')
    return { kind: 'image', id: Id, name: tag ?? Id.replace('sha256:', '').slice(0, 12), labels: Labels ?? {} }
  })
}

async function remove(docker: Docker, { kind, id }: Labelled): Promise<void> {
  if (kind === 'container')
    return gone(docker.getContainer(id).remove({ force: true, v: true }))
  if (kind === 'volume')
    return gone(docker.getVolume(id).remove())
  if (kind === 'image')
    return gone(docker.getImage(id).remove({ force: true }))
  const network = docker.getNetwork(id)
  const info = await network.inspect().catch(() => undefined) as { Containers?: Record<string, unknown> } | undefined
  await Promise.all(
    Object.keys(info?.Containers ?? {}).map(container =>
      gone(network.disconnect({ Container: container, Force: true })),
    ),
  )
  await gone(network.remove())
}

/**
 * What the engine refuses now is done already, being done, or comes again in the next round: a container marked for
 * removal is even 500.
 */
async function gone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal
  }
  catch (error) {
    if ((error as { statusCode?: number }).statusCode === undefined)
      throw error
  }
}
