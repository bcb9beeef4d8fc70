import type { TestProject } from 'vitest/node'
import { provideCluster } from './kubernetes.ts'

/** vitest's globalSetup: provides `controlPlane`, a real API server without nodes, and takes it away. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  return provideCluster(project, 'controlPlane', 'api')
}
