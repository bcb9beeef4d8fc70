import type { Plan } from '../../deck/plan/plan.ts'
import type { Grant } from '../../protocol/grant.ts'
import { parseGrant } from '../../protocol/grant.ts'

/** What each grant opens, in words, the worst first. */
const MEANINGS: { [T in Grant['type']]: (grant: Extract<Grant, { type: T }>) => string } = {
  'unguarded': () => 'uses the engine unguarded, and so all of this machine',
  'privileged': () => 'has containers that are root on this machine',
  'host-pid': () => 'has containers that see and end all programs of this machine',
  'device': ({ path }) => `has containers that use the device ${path}`,
  'cap': ({ name }) => `has containers with the capability ${name}`,
  'mount': ({ path, mode }) => mode === 'rw' ? `reads and changes ${path}` : `reads ${path}`,
  'host-network': () => 'has containers on the network of this machine itself',
  'cluster-scoped': () => 'changes what belongs to the whole cluster',
  'crd': ({ group }) => `adds kinds of ${group} to the cluster`,
  'cluster': ({ action }) => action === 'create' ? 'makes clusters on this machine, and removes them' : 'takes nodes of its cluster off the network',
  'port': ({ address }) => `publishes ports at ${address}, where other machines may reach them`,
}

const WORST_FIRST = Object.keys(MEANINGS) as Grant['type'][]

/** The grants of a deck as sentences, worst first; those that open the same for several steps are one. */
export function grantSentences({ grants, steps }: Pick<Plan, 'grants' | 'steps'>): string[] {
  const read = grants.flatMap(text => parseGrant(text) ?? [])
  const opened = read
    .map(grant => ({ rank: rankOf(grant), meaning: meaningOf(grant), step: 'step' in grant ? nameOf(grant.step, steps) : 'any step' }))
    .sort((a, b) => a.rank - b.rank)
  const wanting = Map.groupBy(opened, ({ meaning }) => meaning)
  return [...wanting].map(([meaning, all]) => `${[...new Set(all.map(({ step }) => step))].join(', ')}: ${meaning}`)
}

function meaningOf<T extends Grant['type']>(grant: Extract<Grant, { type: T }>): string {
  return (MEANINGS[grant.type as T] as (grant: Extract<Grant, { type: T }>) => string)(grant)
}

/** To change files is worse than to read them. */
function rankOf(grant: Grant): number {
  return WORST_FIRST.indexOf(grant.type) + (grant.type === 'mount' && grant.mode === 'ro' ? 0.5 : 0)
}

function nameOf(id: string, steps: Plan['steps']): string {
  const step = steps.find(own => own.id === id)
  return step ? `${id} (slide ${step.slide})` : id
}
