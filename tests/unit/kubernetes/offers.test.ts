import type { Api } from '../../../runners/kubernetes/api.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeRecord } from '../../../runners/kubernetes/cluster/place.ts'
import { offersOf } from '../../../runners/kubernetes/offers.ts'

describe('a cluster whose network enforces policies', () => {
  const daemonSet = (name: string, image = 'x'): object => ({ metadata: { name }, spec: { template: { spec: { containers: [{ image }] } } } })
  const clusterWith = (...items: object[]): Api => ({ get: async () => ({ items }) }) as unknown as Api
  const policy = (api: Api, name: string, env = {}): ReturnType<typeof offersOf> => offersOf('policy', api, { name } as never, { env })
  const unknown = (name: string): string => `the network of the cluster ${name} is not known to enforce policies`

  it('is known by its agents on the nodes', async () => {
    expect(await policy(clusterWith(daemonSet('kube-proxy'), daemonSet('calico-node')), 'minikube')).toBe(true)
    expect(await policy(clusterWith(daemonSet('kube-proxy'), daemonSet('kube-flannel-ds')), 'minikube')).toBe(unknown('minikube'))
    expect(await policy(clusterWith(), 'docker-desktop')).toBe(unknown('docker-desktop'))
  })

  it('is one of kind since 0.24', async () => {
    expect(await policy(clusterWith(daemonSet('kindnet', 'docker.io/kindest/kindnetd:v20240813-c6f155d6')), 'kind-talk')).toBe(true)
    expect(await policy(clusterWith(daemonSet('kindnet', 'docker.io/kindest/kindnetd:v20240513-cd2ac642')), 'kind-old')).toBe(unknown('kind-old'))
  })

  it('is one that Kamishibai makes of two nodes, and any of k3d', async () => {
    const env = { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'kamishibai-state-')) }
    onTestFinished(() => rmSync(env.XDG_STATE_HOME, { recursive: true }))
    writeRecord(env, { name: 'talk', maker: 'two-node', createdAt: '2026-01-01T00:00:00Z' })
    expect(await policy(clusterWith(), 'kamishibai-talk', env)).toBe(true)
    expect(await policy(clusterWith(), 'kamishibai-other', env)).toBe(unknown('kamishibai-other'))
    expect(await policy(clusterWith(), 'k3d-talk')).toBe(true)
  })
})

it('of its nodes, only the two-node cluster lets etcd and the overlay be looked into', async () => {
  const env = { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'kamishibai-state-')) }
  onTestFinished(() => rmSync(env.XDG_STATE_HOME, { recursive: true }))
  writeRecord(env, { name: 'talk', maker: 'two-node', createdAt: '2026-01-01T00:00:00Z' })
  const offers = (requirement: string, name: string): ReturnType<typeof offersOf> =>
    offersOf(requirement, {} as Api, { name } as never, { env })
  expect(await offers('etcd', 'kamishibai-talk')).toBe(true)
  expect(await offers('overlay', 'kamishibai-talk')).toBe(true)
  expect(await offers('etcd', 'kind-talk')).toBe('the etcd of the cluster kind-talk cannot be reached from here')
  expect(await offers('overlay', 'kind-talk')).toBe('the overlay of the cluster kind-talk cannot be measured from here')
})
