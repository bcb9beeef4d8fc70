import type { Opened } from '../_service.ts'
import type { TestCluster } from '../engines/kubernetes.ts'
import process from 'node:process'
import { serveDeck } from '../_service.ts'

export interface OpenOptions {
  /** What the deck's headmatter grants. */
  grants?: string[]
  /** Whether the cluster is found as one that Kamishibai made, not by its kubeconfig. @default false */
  own?: boolean
}

/** A live service for a deck of these steps on the cluster. */
export function openService(
  steps: string,
  { context, kubeconfig }: TestCluster,
  { grants = [], own = false }: OpenOptions = {},
): Promise<Opened> {
  const slides = `---\nkamishibai:\n  contexts: [${context}]\n  grants: [${grants.join(', ')}]\n---\n\n# Slide\n\n${steps}`
  return serveDeck(
    slides,
    own ? { env: process.env } : { anyCluster: true, env: { ...process.env, KUBECONFIG: kubeconfig } },
  )
}
