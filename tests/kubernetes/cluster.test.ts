import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { twoNode } from '../../runners/kubernetes/cluster/two-node.ts'
import { binDir, clusterUsers, leftOf } from './_cluster-command.ts'

describe.skipIf(twoNode.missing(process.env))('kamishibai cluster', () => {
  const newUser = clusterUsers()

  it('makes two at once, for checkouts that do not know of each other; one runs pods on both nodes, cuts one off and joins it again, and leaves nothing when it goes', async () => {
    const { cluster, dirOf } = newUser()
    const other = newUser()
    const [made, same] = await Promise.all([cluster('create', 'a', '--maker', 'two-node', '--json'), other.cluster('create', 'a', '--maker', 'two-node')])
    expect([made, same]).toMatchObject([{ code: 0 }, { code: 0 }])
    expect((await other.cluster('status')).stdout).toContain('n1 Ready, n2 Ready')
    expect(await other.cluster('delete', 'a')).toMatchObject({ code: 0 })
    const { kubeconfig, context } = JSON.parse(made.stdout) as { kubeconfig: string, context: string }
    expect(context).toBe('kamishibai-a')
    const { stdout } = await cluster('status')
    expect(stdout).toContain('n1 Ready, n2 Ready')
    const kubectl = (...args: string[]): string => execFileSync(join(binDir(dirOf('a')), 'kubectl'), ['--kubeconfig', kubeconfig, ...args], { encoding: 'utf8' })
    kubectl('create', 'deployment', 'web', '--image=kamishibai/demo:1', '--replicas=4')
    kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    expect(new Set(kubectl('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}').split(' '))).toEqual(new Set(['n1', 'n2']))
    expect(leftOf(dirOf('a'))).not.toEqual([])
    const again = await cluster('create', 'a')
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('there is a cluster a already') })
    expect(await cluster('cut', 'n2', '--name', 'nobody')).toMatchObject({ code: 2, stderr: expect.stringContaining('Kamishibai made no cluster nobody') })
    expect(await cluster('cut', 'n2', '--name', 'a')).toMatchObject({ code: 0 })
    kubectl('wait', 'node/n2', '--for=condition=Ready=Unknown', '--timeout=30s')
    expect((await cluster('status')).stdout).toContain('n1 Ready, n2 NotReady')
    expect(await cluster('join', 'n2', '--name', 'a')).toMatchObject({ code: 0 })
    kubectl('wait', 'node/n2', '--for=condition=Ready', '--timeout=30s')
    expect((await cluster('status')).stdout).toContain('n1 Ready, n2 Ready')
    const left = dirOf('a')
    expect(await cluster('delete', 'a')).toMatchObject({ code: 0, stdout: 'The cluster a is gone.\n' })
    expect(leftOf(left)).toEqual([])
    expect(existsSync(left)).toBe(false)
  }, 300_000)
})
