import { afterAll, inject } from 'vitest'
import { makePlanned } from './planned.ts'
import { takeTurn } from './turns.ts'

// vitest's setupFiles: one test file at a time has a cluster, which is made before the first that needs it.
const plan = inject('clusterPlan')
afterAll(await takeTurn(plan?.name ?? 'cluster'))
if (plan)
  await makePlanned(plan)
