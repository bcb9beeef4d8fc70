import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import createKubernetesRunner from '../../runners/kubernetes/runner.ts'
import { configOf } from './_cluster.ts'

const cluster = inject('cluster')

function pod(name: string, node: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { nodeName: node, terminationGracePeriodSeconds: 1, containers: [{ name: 'web', image: 'kamishibai/demo:1' }] },
  }
}

function policy(from: object[]): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'db' },
    spec: { podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Ingress'], ingress: from.length ? [{ from }] : [] },
  }
}

describe.skipIf(!cluster)('a network policy in a session', () => {
  it('is enforced where the cluster is said to: nobody comes in, then one label, from the same node and from another', { timeout: 90_000 }, async () => {
    const config = await configOf(cluster!)
    const runner = createKubernetesRunner(config)
    onTestFinished(() => runner.close?.())
    expect(await runner.offers!('policy')).toBe(true)
    const env = { ...process.env, ...await runner.open!('main', () => 'apply') }
    const kubectl = async (...args: string[]): Promise<string> => (await promisify(execFile)('kubectl', args, { env })).stdout
    const apply = async (...items: object[]): Promise<void> => {
      const file = join(config.privateDir, 'objects.json')
      await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
      await kubectl('apply', '-f', file)
    }
    const nodes = (await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ')
    await apply(pod('db', nodes[0]!), pod('near', nodes[0]!), pod('far', nodes.at(-1)!))
    await kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=30s')
    const to = await kubectl('get', 'pod', 'db', '-o', 'jsonpath={.status.podIP}')
    const reaches = (from: string): Promise<boolean> => kubectl('exec', from, '--', 'nc', '-w', '1', to, '8080').then(() => true, () => false)
    const both = (): Promise<boolean[]> => Promise.all([reaches('near'), reaches('far')])

    expect(await both()).toEqual([true, true])
    await apply(policy([]))
    await expect.poll(both, { timeout: 20_000 }).toEqual([false, false])
    await apply(policy([{ podSelector: { matchLabels: { role: 'web' } } }]))
    await kubectl('label', 'pod', 'far', 'role=web')
    await expect.poll(both, { timeout: 20_000 }).toEqual([false, true])
  })
})
