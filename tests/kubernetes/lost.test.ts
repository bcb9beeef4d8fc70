import type { Service } from '../../runners/service/service.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseDeck } from '../../runners/deck/parse.ts'
import { createService } from '../../runners/service/service.ts'
import { stopApiServer } from './_cluster.ts'

const cluster = inject('cluster')

const DECK = `---
kamishibai:
  contexts: [CONTEXT]
---

# Slide

\`\`\`yaml {apply id=pod until=pods=1/1@app=pod}
apiVersion: v1
kind: Pod
metadata: {name: pod, labels: {app: pod}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: 'kamishibai/demo:1'}]
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

\`\`\`http {request id=request needs=pod repeat=200 rate=10/s timeout=60s}
GET pod/pod:8080/
\`\`\`
`

describe.skipIf(!cluster?.name)('an API server that goes in the middle of a talk', () => {
  let dir: string
  let service: Service

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kamishibai-kubernetes-'))
    await writeFile(join(dir, 'deck.md'), DECK.replace('CONTEXT', cluster!.context))
    service = await createService({ deck: await parseDeck(join(dir, 'deck.md')), mode: 'live', live: true, env: process.env })
    expect(await service.session.start('pod').moment).toMatchObject({ phase: 'ready' })
  })

  afterAll(async () => {
    await service?.close()
    await rm(dir, { recursive: true, force: true })
  })

  it('ends each kind of step within seconds, in words, and the next run is live again', async () => {
    const runs = Object.fromEntries(['waits', 'inside', 'kubectl', 'request'].map(id => [id, service.session.start(id)]))
    await expect.poll(() => [runs.waits!.log.text(), runs.inside!.log.text(), runs.kubectl!.log.text()], { timeout: 20_000 }).toEqual([expect.stringContaining('created'), expect.stringContaining('begun'), expect.stringContaining('begun')])
    await expect.poll(() => runs.request!.log.state.responses.length, { timeout: 20_000 }).toBeGreaterThan(2)
    const startAgain = await stopApiServer(cluster!)
    const stopped = performance.now()
    expect(await runs.waits!.moment).toMatchObject({ phase: 'failed', error: { code: 'engine-lost', message: expect.stringContaining('does not answer: the connection '), hint: 'Is the cluster up? kamishibai cluster status' } })
    expect(await runs.inside!.moment).toMatchObject({ phase: 'failed', error: { code: 'engine-lost' } })
    expect(performance.now() - stopped).toBeLessThan(5000)
    expect(await runs.kubectl!.moment).toMatchObject({ phase: 'failed', error: { code: 'engine-lost' } })
    expect(await service.session.start('pod').moment).toMatchObject({ phase: 'failed', error: { message: expect.stringContaining('does not answer') } })
    runs.request!.cancel('enough')
    await startAgain()
    expect(await service.session.start('pod').moment).toMatchObject({ phase: 'ready' })
    const again = service.session.start('inside')
    await expect.poll(() => again.log.text(), { timeout: 20_000 }).toContain('begun')
    again.cancel('enough')
    await again.over
  })
})
