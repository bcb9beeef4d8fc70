import type { Api } from '../../runners/kubernetes/api.ts'
import type { Row } from './_row.ts'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { createApi } from '../../runners/kubernetes/api.ts'
import { builtBinaries } from '../../runners/kubernetes/cluster/binaries.ts'
import { isInstalled } from '../../runners/kubernetes/cluster/command.ts'
import { accessOf } from '../../runners/kubernetes/credentials.ts'
import { settingsSchema } from '../../runners/protocol/headmatter.ts'
import { LABELS } from '../../runners/protocol/runner.ts'
import { loadRunner } from '../../runners/service/registry.ts'
import { median, ms } from './_row.ts'

const CHANGES = 40

/** From a change in the API to its event in the session, beside the line that `kubectl get -w` prints of the same change. */
export const cluster: Row = {
  id: 'cluster',
  what: 'change in the cluster vs kubectl get -w',
  needs: ['cluster'],
  async run({ dir, cluster: found, progress }) {
    const { kubeconfig, context } = found!
    const sessionId = randomUUID().slice(0, 8)
    const namespace = `kamishibai-${sessionId}`
    const privateDir = join(dir, 'cluster')
    await mkdir(privateDir, { recursive: true })
    const runner = await loadRunner('kubernetes', {
      sessionId,
      deckDir: privateDir,
      privateDir,
      settings: settingsSchema.parse({ contexts: [context] }),
      labels: { [LABELS.session]: sessionId, [LABELS.deck]: 'bench', [LABELS.owner]: 'bench' },
      env: { ...process.env, KUBECONFIG: kubeconfig },
    })
    const told = new Map<string, number>()
    const printed = new Map<string, number>()
    const over = new AbortController()
    await runner.watch!((_, payload) => {
      if (payload.type === 'resource' && payload.ref.kind === 'pod' && !told.has(payload.ref.name))
        told.set(payload.ref.name, performance.now())
    }, over.signal)
    const kubectl = isInstalled('kubectl', process.env) ? 'kubectl' : join(builtBinaries(process.env), 'kubectl')
    const peer = spawn(kubectl, ['--kubeconfig', kubeconfig, '--context', context, '-n', namespace, 'get', 'pods', '--watch', '--no-headers'], { stdio: ['ignore', 'pipe', 'ignore'] })
    createInterface({ input: peer.stdout }).on('line', (line) => {
      const [name] = line.split(/\s+/)
      if (!printed.has(name!))
        printed.set(name!, performance.now())
    })
    try {
      const api = createApi(await accessOf(kubeconfig, context))
      // The first change finds both of them watching; it does not count.
      await change(api, namespace, 'first', told, printed)
      const ours: number[] = []
      const theirs: number[] = []
      for (let n = 0; n < CHANGES; n++) {
        const began = await change(api, namespace, `p${n}`, told, printed)
        ours.push(told.get(`p${n}`)! - began)
        theirs.push(printed.get(`p${n}`)! - began)
        progress(`${n + 1} of ${CHANGES} changes`)
      }
      const behind = ours.map((time, n) => time - theirs[n]!).sort((a, b) => a - b)
      return [
        { what: 'change in the cluster: event behind kubectl\'s line, median', budget: 100, value: median(behind), unit: 'ms', ours: ms(median(ours)), peer: ms(median(theirs)) },
        { what: 'change in the cluster: event behind kubectl\'s line, p95', budget: 100, value: behind[Math.floor(CHANGES * 0.95)]!, unit: 'ms' },
      ]
    }
    finally {
      peer.kill()
      await once(peer, 'close')
      over.abort()
      await runner.close!()
    }
  },
}

/** Makes a pod that no node takes, so that only the API is measured; resolves once both have told it, with when it began. */
async function change(api: Api, namespace: string, name: string, ...seen: ReadonlyMap<string, number>[]): Promise<number> {
  const began = performance.now()
  await api.send('POST', `/api/v1/namespaces/${namespace}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { nodeSelector: { nowhere: 'true' }, containers: [{ name: 'main', image: 'kamishibai/demo:1' }] },
  })
  const limit = began + 30_000
  while (!seen.every(times => times.has(name))) {
    if (performance.now() > limit)
      throw new Error(`the pod ${name} was not told within 30 s`)
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  return began
}
