/** Told while something long goes on; `done` of `total` where it is known. */
export type Progress = (label: string, done?: number, total?: number) => void

/**
 * How much of a cluster there is: all of it, or its control plane without nodes, which the two-node cluster alone
 * knows.
 */
export type Tier = 'nodes' | 'api'

/** What a maker needs to know. */
export interface Making {
  name: string
  /**
   * The folder of this cluster; the kubeconfig is written to `kubeconfig` in it, with the context `kamishibai-NAME`.
   */
  dir: string
  env: Record<string, string | undefined>
  /** Images of the local engine that every node gets. */
  images: string[]
  /** DOCKER_HOST of that engine. */
  dockerHost?: string
  tier: Tier
  progress: Progress
  signal?: AbortSignal
}

/** Makes and removes clusters in one way. */
export interface ClusterMaker {
  /** Why it cannot work here, or undefined. */
  missing: (env: Record<string, string | undefined>, tier?: Tier) => string | undefined
  create: (making: Making) => Promise<void>
  remove: (making: Pick<Making, 'name' | 'dir' | 'env'>) => Promise<void>
  /** Cuts the node off the network, or joins it again; where the maker can. */
  link?: (making: Pick<Making, 'name' | 'dir' | 'env'>, node: string, up: boolean) => Promise<void>
}
