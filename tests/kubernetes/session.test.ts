import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { adminOf } from './_cluster.ts'
import { openService } from './_service.ts'

const cluster = inject('cluster')

const STEPS = `\`\`\`yaml {apply id=apply until=pods=3/3@app=web until=rollout@deployment/web until=condition=Available@deployment/web}
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: kamishibai/demo:1
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
\`\`\`

\`\`\`sh {run id=kubectl needs=apply}
kubectl get deployments
kubectl delete pod -l app=web --wait=false >/dev/null && kubectl wait --for=condition=Available deployment/web --timeout=20s
kubectl get pods -A || echo refused
\`\`\`

\`\`\`yaml {apply id=single until=pods=1/1@app=single}
apiVersion: v1
kind: Pod
metadata: {name: single, labels: {app: single}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - {name: web, image: 'kamishibai/demo:1', ports: [{containerPort: 8080}]}
    - {name: other, image: 'kamishibai/demo:1', command: [sleep, '3600']}
\`\`\`

\`\`\`sh {exec id=inside in=pod/single needs=single}
hostname; cd /tmp; export WORD="two words"; test -t 1 && echo a terminal
\`\`\`

\`\`\`sh {exec id=again in=pod/single needs=inside}
pwd; echo "$WORD"; exit 3
\`\`\`

\`\`\`sh {exec id=other in=pod/single/other needs=single}
ps | grep -c 'sleep 3600'
\`\`\`

\`\`\`http {request id=forward needs=single}
GET pod/single:8080/
\`\`\`

\`\`\`http {request id=balance needs=apply repeat=12 rate=10/s by=header:x-served-by timeout=60s}
GET service/web/
\`\`\`
`

describe.skipIf(!cluster)('a session on a real cluster', () => {
  let opened: Opened
  let service: Service
  const text = (id: string): string => service.session.runOf(id)!.log.text()

  beforeAll(async () => {
    opened = await openService(STEPS, cluster!)
    service = opened.service
  })

  afterAll(() => opened?.close())

  it('applies a manifest, and is ready when its conditions hold', async () => {
    const run = service.session.start('apply')
    expect(await run.moment).toMatchObject({ phase: 'ready' })
    expect(text('apply')).toBe('service/web created\r\ndeployment.apps/web created\r\n')
    const resources = Object.values(run.log.state.resources)
    const pods = resources.filter(({ ref, deleted }) => ref.kind === 'pod' && !deleted)
    expect(pods).toHaveLength(3)
    expect(pods[0]!.view).toMatchObject({ status: 'Running', ready: true, readyContainers: '1/1', image: 'kamishibai/demo:1', owner: expect.stringMatching(/^ReplicaSet\/web-/), labels: { app: 'web' } })
    expect(resources.filter(({ ref }) => ref.kind === 'node').length).toBeGreaterThan(0)
  })

  it('gives shells a kubeconfig that real kubectl works with, in the session\'s namespace only', async () => {
    expect(await service.session.start('kubectl').moment).toMatchObject({ phase: 'exited' })
    expect(text('kubectl')).toMatch(/web +3\/3/)
    expect(text('kubectl')).toContain('condition met')
    expect(text('kubectl')).toMatch(/cannot list resource "pods".*cluster scope[\s\S]*refused/)
  })

  it('tells a later step what happens to what an earlier one made, from how it was before', async () => {
    const events = service.session.runOf('kubectl')!.log.from(1)!
    expect(events.filter(event => event.type === 'resource' && event.ref.kind === 'pod')[0]).toMatchObject({ op: 'modified', view: { status: 'Running' } })
    const pods = (deleted: boolean): number => Object.values(service.session.runOf('kubectl')!.log.state.resources).filter(({ ref, deleted: is }) => ref.kind === 'pod' && is === deleted).length
    await expect.poll(() => [pods(true), pods(false)], { timeout: 10_000 }).toEqual([3, 3])
  })

  it('runs blocks in a pod, in a terminal, that hand on directory and environment', async () => {
    expect(await service.session.start('inside').moment).toMatchObject({ phase: 'exited' })
    expect(text('inside').replaceAll('\r', '')).toContain('single\na terminal\n')
    expect(await service.session.start('again').moment).toMatchObject({ phase: 'failed', error: { code: 'exit-code', params: { exit: 3 } } })
    expect(text('again')).toContain('/tmp\r\ntwo words\r\n')
    expect(await service.session.start('other').moment).toMatchObject({ phase: 'exited' })
  })

  it('requests a pod by port-forward, and a service from inside, where the cluster chooses who answers', async () => {
    expect(await service.session.start('forward').moment).toMatchObject({ phase: 'exited' })
    const run = service.session.start('balance')
    expect(await run.moment).toMatchObject({ phase: 'exited' })
    expect(run.log.state.responses).toHaveLength(12)
    expect(new Set(run.log.state.responses.map(({ by }) => by)).size).toBeGreaterThan(1)
  })

  it('leaves nothing behind', async () => {
    const admin = await adminOf(cluster!)
    expect(await admin.left(service.session.id)).not.toEqual([])
    expect(await service.close()).toBe(true)
    expect(await admin.left(service.session.id)).toEqual([])
  })
})
