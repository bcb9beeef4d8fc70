import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { linkNode } from '../../runners/kubernetes/cluster/cluster.ts'
import { adminOf } from './_cluster.ts'
import { openService } from './_service.ts'

const cluster = inject('cluster')

const STEPS = `\`\`\`yaml {apply id=pod until=pods=1/1@app=pod}
apiVersion: v1
kind: Pod
metadata: {name: pod, labels: {app: pod}}
spec:
  nodeName: n2
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: 'kamishibai/demo:1', ports: [{containerPort: 8080}]}]
\`\`\`

\`\`\`sh {exec id=inside in=pod/pod needs=pod timeout=90s}
echo begun; sleep 90
\`\`\`
`

describe.skipIf(!cluster?.name)('a node that goes in the middle of a step', () => {
  let opened: Opened
  let service: Service

  beforeAll(async () => {
    opened = await openService(STEPS, cluster!, { own: true })
    service = opened.service
  })

  afterAll(() => opened?.close())

  it('ends what runs in its pod, as soon as the cluster knows that it is lost', async () => {
    const run = service.session.start('inside')
    await expect.poll(() => run.log.text(), { timeout: 20_000 }).toContain('begun')
    onTestFinished(() => linkNode(process.env, cluster!.name!, 'n2', true))
    await linkNode(process.env, cluster!.name!, 'n2', false)
    expect(await run.moment).toMatchObject({ phase: 'failed', error: { code: 'engine-lost', message: 'the node n2, on which the pod pod ran, does not answer any more' } })
    const { api } = await adminOf(cluster!)
    const ready = async (): Promise<string | undefined> => (await api.get<{ status: { conditions: { type: string, status: string }[] } }>('/api/v1/nodes/n2')).status.conditions.find(({ type }) => type === 'Ready')?.status
    expect(await ready()).toBe('Unknown')
    await linkNode(process.env, cluster!.name!, 'n2', true)
    await expect.poll(ready, { timeout: 30_000, interval: 500 }).toBe('True')
  })
})
