import type { Row } from './_row.ts'
import { join } from 'node:path'
import { IMAGE, openSession } from './_session.ts'

const CONTAINERS = 10
const NETWORKS = ['front', 'back']

/** The orderly end of a session that runs ten containers on two networks. */
export const cleanUp: Row = {
  id: 'clean-up',
  what: 'clean-up of 10 containers and 2 networks',
  needs: ['docker'],
  async run({ dir, dockerHost, progress }) {
    const ids = Array.from({ length: CONTAINERS }, (_, n) => `c${n}`)
    const fences = ids.map((id, n) => `\`\`\`yaml {container id=${id} until=settled=100ms}\nimage: ${IMAGE}\nnetworks: [${NETWORKS[n % 2]}]\n\`\`\``)
    const { session } = await openSession(join(dir, 'clean-up'), `# Clean-up\n\n${fences.join('\n\n')}`, dockerHost)
    const outcomes = await Promise.all(ids.map(id => session.start(id).moment))
    progress(`${outcomes.filter(outcome => outcome.phase === 'ready').length} containers run`)
    const failed = outcomes.find(outcome => outcome.phase !== 'ready')
    const began = performance.now()
    await session.close()
    const value = performance.now() - began
    if (failed)
      throw new Error(failed.error?.message)
    return [{ what: 'clean-up of 10 containers and 2 networks', budget: 3000, value, unit: 'ms' }]
  },
}
