import { afterAll, inject } from 'vitest'
import { makePlanned } from './planned.ts'
import { takeTurn } from './turns.ts'

// vitest's setupFiles: one test file at a time has the cluster.
const plan = inject('clusterPlan')
afterAll(await takeTurn(plan?.name ?? 'cluster'))
if (plan)
  await makePlanned(plan)
