import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import process from 'node:process'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { readRecord } from '../../runners/kubernetes/cluster/place.ts'
import { sweepClusters } from '../../runners/kubernetes/sweep.ts'
import { openService } from './_service.ts'
import { configMap } from './_steps.ts'

const cluster = inject('cluster')

const STEPS = `\`\`\`yaml {apply id=apply}
${configMap('web')}\`\`\`

\`\`\`sh {run id=keys shell=etcd needs=apply requires=etcd}
etcdctl get /registry/configmaps --prefix --keys-only; kubectl config current-context
\`\`\`

\`\`\`sh {run id=delete shell=other}
kamishibai cluster delete NAME
\`\`\`

\`\`\`sh {run id=make shell=other timeout=60s}
kamishibai cluster create made
\`\`\`
`

describe.skipIf(!cluster?.name)('steps that call for clusters', () => {
  let opened: Opened | undefined
  let service: Service
  const text = (id: string): string => service.session.runOf(id)!.log.text().replaceAll('\r', '')

  async function open(grant: string): Promise<void> {
    opened = await openService(STEPS.replace('NAME', cluster!.name!), cluster!, { grants: [grant], own: true })
    service = opened.service
  }

  afterEach(() => opened?.close())

  it('make a cluster under a grant, whose nodes are told apart from the session\'s, and which goes with the session', async () => {
    await open('cluster:create')
    expect(await service.session.start('make').moment).toMatchObject({ phase: 'exited' })
    const nodes = Object.values(service.session.runOf('make')!.log.state.resources).filter(({ ref }) => ref.kind === 'node')
    expect(nodes.filter(({ view }) => view.cluster === 'made').map(({ view }) => [view.name, view.ready, view.podCIDR]).sort()).toEqual([['n1', true, '10.1.1.0/24'], ['n2', true, '10.1.2.0/24']])
    expect(nodes.filter(({ view }) => !view.cluster)).toHaveLength(2)
    expect(readRecord(process.env, 'made')).toBeDefined()
    await service.close()
    expect(readRecord(process.env, 'made')).toBeUndefined()
  })

  it('make a cluster that a sweep removes after a crash, once its owner is dead', async () => {
    await open('cluster:create')
    expect(await service.session.start('make').moment).toMatchObject({ phase: 'exited' })
    const { id } = service.session
    const sweep = (keep: () => string | undefined) =>
      sweepClusters(process.env, { session: id, keep, folders: new Map(), dryRun: false })
    expect(await sweep(() => 'its session is running')).toEqual({ removed: [], kept: [{ kind: 'cluster', name: 'made', reason: 'its session is running' }] })
    expect(readRecord(process.env, 'made')).toBeDefined()
    expect(await sweep(() => undefined)).toEqual({ removed: [{ kind: 'cluster', name: 'made', session: id }], kept: [] })
    expect(readRecord(process.env, 'made')).toBeUndefined()
  })

  it('read the keys of etcd, unguarded, and change no cluster without a grant', async () => {
    await open('unguarded:keys')
    expect(await service.session.start('delete').moment).toMatchObject({ phase: 'failed' })
    expect(text('delete')).toContain('a step may not call for clusters. Give the deck the grant cluster:create or cluster:cut')
    expect(await service.session.start('keys').moment).toMatchObject({ phase: 'exited' })
    expect(text('keys')).toContain(`/registry/configmaps/kamishibai-${service.session.id}/web\n`)
    expect(text('keys')).toContain(cluster!.context)
  })
})
