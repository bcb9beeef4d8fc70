import { inject } from 'vitest'
import { makePlanned } from './planned.ts'
import { takeTurn } from './turns.ts'

// vitest's setupFiles: the cluster is made before the first test file that needs it.
const plan = inject('clusterPlan')
if (plan) {
  const done = await takeTurn(plan.name)
  await makePlanned(plan)
  await done()
}
