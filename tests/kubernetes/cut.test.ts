import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { adminOf } from './_cluster.ts'
import { openService } from './_service.ts'

const cluster = inject('cluster')

const STEPS = `\`\`\`yaml {apply id=apply until=pods=4/4@app=web}
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      containers: [{name: web, image: 'kamishibai/demo:1'}]
\`\`\`

\`\`\`sh {run id=cut needs=apply requires=nodes:2 timeout=100s}
kamishibai cluster cut n2
kubectl wait --for=condition=Ready=Unknown node/n2 --timeout=30s
until [ "$(kubectl get pods -l app=web --no-headers --field-selector spec.nodeName=n1 | grep -c Running)" = 4 ]; do sleep 1; done
echo all on n1
\`\`\`

\`\`\`sh {run id=delete shell=other}
kamishibai cluster delete NAME
\`\`\`
`

describe.skipIf(!cluster?.name)('steps that need more of the cluster', () => {
  let opened: Opened | undefined
  let service: Service
  const text = (id: string): string => service.session.runOf(id)!.log.text().replaceAll('\r', '')

  async function open(grant: string): Promise<void> {
    opened = await openService(STEPS.replace('NAME', cluster!.name!), cluster!, { grants: [grant], own: true })
    service = opened.service
  }

  afterEach(() => opened?.close())

  it('cut a node off under a grant, and the session joins it again', async () => {
    await open('cluster:cut')
    expect(await service.session.start('cut').moment).toMatchObject({ phase: 'exited' })
    expect(text('cut')).toContain(`n2 is off the network of ${cluster!.name}.\n`)
    expect(text('cut')).toContain('all on n1\n')
    const nodes = Object.values(service.session.runOf('cut')!.log.state.resources).filter(({ ref }) => ref.kind === 'node')
    expect(nodes.map(({ view }) => [view.name, view.ready]).sort()).toEqual([['n1', true], ['n2', false]])
    expect(await service.session.start('delete').moment).toMatchObject({ phase: 'failed' })
    expect(text('delete')).toContain('Give it the grant cluster:create')
    await service.close()
    const { api } = await adminOf(cluster!)
    await expect.poll(async () => (await api.get<{ status: { conditions: { type: string, status: string }[] } }>('/api/v1/nodes/n2')).status.conditions.find(({ type }) => type === 'Ready')?.status, { timeout: 30_000, interval: 500 }).toBe('True')
  })
})
