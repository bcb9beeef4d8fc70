import { Agent } from 'node:https'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { createApi } from '../../runners/kubernetes/api.ts'
import { accessOf } from '../../runners/kubernetes/credentials.ts'

/** Requests under way at once. */
const AT_ONCE = 16

const [kubeconfig, context, namespace] = process.argv.slice(2)
const access = await accessOf(kubeconfig!, context!)
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
const api = createApi({ server: access.server, options: async () => ({ ...await access.options(), agent }) })
const path = `/api/v1/namespaces/${namespace}/pods`

/** A pod that no scheduler and no node takes: only its object is there. */
function make(n: number): Promise<unknown> {
  return api.send('POST', path, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${n}`, labels: { app: 'many' } },
    spec: { schedulerName: 'nobody', containers: [{ name: 'main', image: 'kamishibai/demo:1' }] },
  })
}
const change = (n: number): Promise<unknown> => api.send('PATCH', `${path}/p${n}`, { metadata: { labels: { round: String(Date.now()) } } }, { contentType: 'application/merge-patch+json' })

/**
 * As somebody else in the cluster does it, in a process of its own: `make 5000` and `change 1000` on standard input; a
 * line each says that it is done.
 */
for await (const line of createInterface({ input: process.stdin })) {
  const [what, count] = line.split(' ')
  let next = 0
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let n = next++; n < Number(count); n = next++)
      await (what === 'make' ? make : change)(n)
  }))
  process.stdout.write(`${line}\n`)
}
agent.destroy()
