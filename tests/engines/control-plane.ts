import type { TestProject } from 'vitest/node'
import { findCluster } from './kubernetes.ts'

/** vitest's globalSetup: provides `controlPlane`, a real API server without nodes, and takes it away. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const found = await findCluster('api')
  project.provide('controlPlane', 'cluster' in found ? found.cluster : undefined)
  return async () => {
    if ('cluster' in found)
      await found.stop()
  }
}
