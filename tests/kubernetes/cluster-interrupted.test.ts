import { once } from 'node:events'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { twoNode } from '../../runners/kubernetes/cluster/two-node.ts'
import { clusterUsers, ended, leftOf, said, scriptOf } from './_cluster-command.ts'

describe.skipIf(twoNode.missing(process.env))('kamishibai cluster create that is cut off', () => {
  const newUser = clusterUsers()

  it('comes up after a crash in the middle', async () => {
    const { start, cluster, dirOf } = newUser()
    const first = start('create', 'crash', '--maker', 'two-node')
    await said(first, 'control plane')
    process.kill(scriptOf(dirOf('crash')), 'SIGKILL')
    first.kill('SIGKILL')
    await once(first, 'exit')
    expect(leftOf(dirOf('crash'))).not.toEqual([])
    expect((await cluster('status')).stdout).toMatch(/^crash /)
    expect(await cluster('create', 'crash', '--maker', 'two-node')).toMatchObject({ code: 0 })
    expect((await cluster('status')).stdout).toContain('n1 Ready, n2 Ready')
    await cluster('delete', 'crash')
    expect(leftOf(dirOf('crash'))).toEqual([])
  })

  it('takes back what was made when it is interrupted', async () => {
    const { start, dirOf } = newUser()
    const making = start('create', 'half', '--maker', 'two-node')
    await said(making, 'control plane')
    making.kill('SIGINT')
    expect(await ended(making)).toMatchObject({ code: 1, stderr: expect.stringContaining('the cluster half was not made') })
    expect(leftOf(dirOf('half'))).toEqual([])
  })
})
