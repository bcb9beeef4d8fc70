import type { Api } from './api.ts'
import type { KubeList, KubeObject } from './objects.ts'

/** A node tells of no more images than this; source: kubelet, `nodeStatusMaxImages`. */
const MOST_TOLD = 50

/** Those of `images` that some node of the cluster has not. */
export async function missingImages(api: Api, images: string[]): Promise<string[]> {
  const { items } = await api.get<KubeList>('/api/v1/nodes')
  return lackingOn(items, images)
}

/** Those of `images` that a node has not on which pods may be placed: they would wait until it has them. */
export function lackingOn(nodes: KubeObject[], images: string[]): string[] {
  const shown = nodes
    .filter(({ spec }) => !spec?.unschedulable)
    .map(({ status }) => (status?.images ?? []) as { names?: string[] }[])
    .filter(list => list.length < MOST_TOLD)
  const sets = shown.map(list => new Set(list.flatMap(({ names }) => (names ?? []).map(fullName))))
  return images.filter(image => sets.some(set => !set.has(fullName(image))))
}

/** `nginx` is `docker.io/library/nginx:latest`; source: distribution/reference. */
function fullName(image: string): string {
  const [first = ''] = image.split('/')
  const host = image.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  const name = host ? image : `docker.io/${image.includes('/') ? '' : 'library/'}${image}`
  return /[:@][^/]*$/.test(name) ? name : `${name}:latest`
}
