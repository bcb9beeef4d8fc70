import { expect, it } from 'vitest'
import { grantSentences } from '../../../../runners/cli/io/grant-text.ts'
import { GRANT_FORMS } from '../../../../runners/protocol/grant.ts'

const steps = [{ id: 'a', slide: 3 }, { id: 'b', slide: 5 }] as Parameters<typeof grantSentences>[0]['steps']

it('says the worst first, and once what several steps want', () => {
  expect(grantSentences({ steps, grants: ['port:0.0.0.0:a', 'mount:/x:ro:a', 'mount:/y:rw:b', 'cap:NET_ADMIN:a', 'cap:NET_ADMIN:b', 'unguarded:a', 'cluster:create'] })).toEqual([
    'a (slide 3): uses the engine unguarded, and so all of this machine',
    'a (slide 3), b (slide 5): has containers with the capability NET_ADMIN',
    'b (slide 5): reads and changes /y',
    'a (slide 3): reads /x',
    'any step: makes clusters on this machine, and removes them',
    'a (slide 3): publishes ports at 0.0.0.0, where other machines may reach them',
  ])
})

it('has words for every grant', () => {
  const examples = Object.values(GRANT_FORMS).map(form => form.replace('STEP', 'a').replace('PATH', '/x').replace('ro|rw', 'ro').replace('NAME', 'CHOWN').replace('ADDRESS', '0.0.0.0').replace('create|cut', 'cut').replace('GROUP', 'a.test'))
  expect(grantSentences({ steps, grants: examples })).toHaveLength(examples.length)
})
