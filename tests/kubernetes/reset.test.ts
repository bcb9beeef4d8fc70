import type { KubeList } from '../../runners/kubernetes/objects.ts'
import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { LABELS } from '../../runners/protocol/runner.ts'
import { adminOf } from './_cluster.ts'
import { openService } from './_service.ts'

const cluster = inject('cluster')

const STEPS = `\`\`\`yaml {apply id=apply until=pods=2/2@app=web timeout=60s}
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: web, image: 'kamishibai/demo:1'}]
\`\`\`

\`\`\`sh {run id=scale needs=apply timeout=60s}
kubectl scale deployment/web --replicas=3 && kubectl rollout status deployment/web
\`\`\`

\`\`\`yaml {apply id=service needs=scale}
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
\`\`\`

\`\`\`http {request id=ask needs=service timeout=60s}
GET service/web/
\`\`\`

\`\`\`sh {run id=create needs=apply}
kubectl create configmap notes --from-literal=a=b
\`\`\`
`

describe.skipIf(!cluster)('a reset on a real cluster', () => {
  let opened: Opened
  let service: Service

  beforeAll(async () => {
    opened = await openService(STEPS, cluster!)
    service = opened.service
  })
  afterAll(() => opened?.close())

  async function verdicts(): Promise<string[]> {
    const told: string[] = []
    for (const { id } of service.session.deck.steps) {
      const run = service.session.start(id)
      const { phase, error } = await run.moment
      told.push(`${id} ${phase} ${error?.message ?? ''}${['scale', 'ask'].includes(id) ? '' : ` ${run.log.text().trim()}`}`)
    }
    return told
  }

  it('of the talk leaves nothing of it, and the talk runs again with the same verdict', { timeout: 180_000 }, async () => {
    const { api } = await adminOf(cluster!)
    const first = await verdicts()
    expect(first).toEqual(['apply ready  deployment.apps/web created', 'scale exited ', 'service exited  service/web created', 'ask exited ', 'create exited  configmap/notes created'])
    await service.session.reset()
    const { items: [space] } = await api.get<KubeList>('/api/v1/namespaces', { query: { labelSelector: `${LABELS.session}=${service.session.id}` } })
    const names = async (path: string): Promise<string[]> => (await api.get<KubeList>(`${path.replace('NS', space!.metadata.name!)}`)).items.map(({ metadata }) => metadata.name!)
    expect(await names('/apis/apps/v1/namespaces/NS/deployments')).toEqual([])
    expect(await names('/apis/apps/v1/namespaces/NS/replicasets')).toEqual([])
    expect(await names('/api/v1/namespaces/NS/services')).toEqual([])
    expect(await names('/api/v1/namespaces/NS/configmaps')).not.toContain('notes')
    expect(await verdicts()).toEqual(first)
  })
})
