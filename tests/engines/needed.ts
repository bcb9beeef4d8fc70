import { inject } from 'vitest'
import { makePlanned } from './planned.ts'

// vitest's setupFiles: makes the cluster before the first test file that needs it, not while those before it run.
const plan = inject('clusterPlan')
if (plan)
  await makePlanned(plan)
