import type { Run } from '../../runners/service/run/types.ts'
import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { stopApiServer } from './_cluster.ts'
import { openService } from './_service.ts'

const cluster = inject('cluster')

const STEPS = `\`\`\`yaml {apply id=pod until=pods=1/1@app=pod}
apiVersion: v1
kind: Pod
metadata: {name: pod, labels: {app: pod}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: 'kamishibai/demo:1'}]
---
apiVersion: v1
kind: Service
metadata: {name: pod}
spec: {selector: {app: pod}, ports: [{port: 80, targetPort: 8080}]}
\`\`\`

\`\`\`yaml {apply id=waits until=pods=9/9@app=nobody timeout=60s}
apiVersion: v1
kind: ConfigMap
metadata: {name: waits}
\`\`\`

\`\`\`sh {exec id=inside in=pod/pod needs=pod timeout=60s}
echo begun; sleep 60
\`\`\`

\`\`\`sh {run id=kubectl needs=pod timeout=60s}
kubectl exec pod/pod -- sh -c 'echo begun; sleep 60'
\`\`\`

\`\`\`sh {terminal id=terminal shell=typed needs=pod}
kubectl get pod pod --watch
\`\`\`

\`\`\`http {request id=forward needs=pod repeat=600 rate=10/s timeout=60s}
GET pod/pod:8080/
\`\`\`

\`\`\`http {request id=inward needs=pod repeat=600 rate=10/s timeout=60s}
GET service/pod/
\`\`\`
`

/** What each step shows once it is in the middle of what it does. */
const UNDER_WAY = { waits: 'created', inside: 'begun', kubectl: 'begun', terminal: 'Running', forward: '200 OK', inward: '200 OK' }
const LOST = { phase: 'failed', error: { code: 'engine-lost', message: expect.stringContaining('does not answer: the connection ') as string, hint: 'Is the cluster up? kamishibai cluster status' } }

describe.skipIf(!cluster?.name)('an API server that goes in the middle of a talk', () => {
  let opened: Opened
  let service: Service

  beforeAll(async () => {
    opened = await openService(STEPS, cluster!, { own: true })
    service = opened.service
    expect(await service.session.start('pod').moment).toMatchObject({ phase: 'ready' })
  })

  afterAll(() => opened?.close())

  it('ends each kind of step within seconds, in words, and the next run is live again', async () => {
    const runs = Object.fromEntries(Object.keys(UNDER_WAY).map(id => [id, service.session.start(id)])) as Record<
      keyof typeof UNDER_WAY,
      Run
    >
    for (const [id, text] of Object.entries(UNDER_WAY)) {
      await expect
        .poll(() => runs[id as keyof typeof UNDER_WAY].log.text(), { timeout: 20_000, message: id })
        .toContain(text)
    }
    await expect.poll(() => runs.terminal.log.state.phase, { timeout: 20_000 }).toBe('ready')
    const startAgain = await stopApiServer(cluster!)
    const stopped = performance.now()
    expect(await runs.waits.moment).toMatchObject(LOST)
    expect(await runs.forward.moment).toMatchObject(LOST)
    expect(await runs.inward.moment).toMatchObject(LOST)
    expect(await runs.inside.moment).toMatchObject({ phase: 'failed', error: { code: 'engine-lost' } })
    expect(performance.now() - stopped).toBeLessThan(5000)
    expect(await runs.kubectl.moment).toMatchObject({ phase: 'failed', error: { code: 'engine-lost' } })
    await runs.terminal.over
    expect(runs.terminal.log.state).toMatchObject({ phase: 'failed', error: { code: 'engine-lost' } })
    expect(await service.session.start('pod').moment).toMatchObject({ phase: 'failed', error: { message: expect.stringContaining('does not answer') } })
    await startAgain()
    expect(await service.session.start('pod').moment).toMatchObject({ phase: 'ready' })
    expect(await service.session.start('terminal').moment).toMatchObject({ phase: 'ready' })
    const again = service.session.start('inside')
    await expect.poll(() => again.log.text(), { timeout: 20_000 }).toContain('begun')
    again.cancel('enough')
    await again.over
  })
})
