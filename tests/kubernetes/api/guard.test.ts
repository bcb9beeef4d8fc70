import type { Api } from '../../../runners/kubernetes/api.ts'
import type { Space } from '../../../runners/kubernetes/space.ts'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { ApiError, createApi } from '../../../runners/kubernetes/api.ts'
import { accessOf } from '../../../runners/kubernetes/credentials.ts'
import { openSpace } from '../../../runners/kubernetes/space.ts'
import { configFor } from '../_cluster.ts'

const cluster = inject('controlPlane')

type Attack = [what: string, method: string, path: string, body?: object]

function pod(spec: object, container: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'attack' },
    spec: { containers: [{ name: 'a', image: 'kamishibai/demo:1', ...container }], ...spec },
  }
}
const service = (spec: object): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'attack' }, spec: { ports: [{ port: 80 }], ...spec } })
const rbac = 'rbac.authorization.k8s.io/v1'
function binding(kind: string, name: string): object {
  return {
    apiVersion: rbac,
    kind: 'RoleBinding',
    metadata: { name: 'attack' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'NS' }],
  }
}

/** NS stands for the session's namespace, NODE for a node: whether it is there is not asked before whether one may. */
const ATTACKS: Attack[] = [
  ['a folder of the node', 'POST', '/api/v1/namespaces/NS/pods', pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] })],
  ['a privileged container', 'POST', '/api/v1/namespaces/NS/pods', pod({}, { securityContext: { privileged: true } })],
  ['the network of the node', 'POST', '/api/v1/namespaces/NS/pods', pod({ hostNetwork: true })],
  ['the processes of the node', 'POST', '/api/v1/namespaces/NS/pods', pod({ hostPID: true })],
  ['the IPC of the node', 'POST', '/api/v1/namespaces/NS/pods', pod({ hostIPC: true })],
  ['a port of the node', 'POST', '/api/v1/namespaces/NS/pods', pod({}, { ports: [{ containerPort: 80, hostPort: 80 }] })],
  ['a capability', 'POST', '/api/v1/namespaces/NS/pods', pod({}, { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } })],
  ['the session\'s account for a pod', 'POST', '/api/v1/namespaces/NS/pods', pod({ serviceAccountName: 'kamishibai' })],
  ['a finalizer that nobody removes', 'POST', '/api/v1/namespaces/NS/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'attack', finalizers: ['example.com/stay'] } }],
  ['more memory than there is', 'POST', '/api/v1/namespaces/NS/pods', pod({}, { resources: { limits: { memory: '64Gi' } } })],
  ['an external address', 'POST', '/api/v1/namespaces/NS/services', service({ externalIPs: ['8.8.8.8'] })],
  ['a load balancer', 'POST', '/api/v1/namespaces/NS/services', service({ type: 'LoadBalancer' })],
  ['the kubelet of a node', 'GET', '/api/v1/nodes/NODE/proxy/pods'],
  ['the state of a node', 'PATCH', '/api/v1/nodes/NODE', { spec: { unschedulable: true } }],
  ['secrets of another namespace', 'GET', '/api/v1/namespaces/kube-system/secrets'],
  ['all secrets', 'GET', '/api/v1/secrets'],
  ['a pod in another namespace', 'POST', '/api/v1/namespaces/default/pods', pod({})],
  ['a namespace', 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'attack' } }],
  ['looser rules for its namespace', 'PATCH', '/api/v1/namespaces/NS', { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }],
  ['the end of its namespace', 'DELETE', '/api/v1/namespaces/NS'],
  ['the end of its quota', 'DELETE', '/api/v1/namespaces/NS/resourcequotas/kamishibai'],
  ['the end of all quotas', 'DELETE', '/api/v1/namespaces/NS/resourcequotas'],
  ['a larger quota', 'PATCH', '/api/v1/namespaces/NS/resourcequotas/kamishibai', { spec: { hard: { pods: '9999' } } }],
  ['no limits', 'DELETE', '/api/v1/namespaces/NS/limitranges/kamishibai'],
  ['tokens in pods', 'PATCH', '/api/v1/namespaces/NS/serviceaccounts/default', { automountServiceAccountToken: true }],
  ['the end of its namespace\'s life', 'PUT', '/api/v1/namespaces/NS/finalize', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'NS' }, spec: { finalizers: ['example.com/stay'] } }],
  ['notes on its namespace', 'PATCH', '/api/v1/namespaces/NS', { metadata: { annotations: { 'dev.kamishibai.cluster-objects': '["/api/v1/namespaces/default"]' } } }],
  ['an older lease', 'PATCH', '/apis/coordination.k8s.io/v1/namespaces/NS/leases/kamishibai', { spec: { renewTime: '2020-01-01T00:00:00.000000Z' } }],
  ['an owner for its lease', 'PATCH', '/apis/coordination.k8s.io/v1/namespaces/NS/leases/kamishibai', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'attack', uid: '1' }] } }],
  ['an account', 'POST', '/api/v1/namespaces/NS/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'attack' } }],
  ['a token', 'POST', '/api/v1/namespaces/NS/serviceaccounts/default/token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 315_360_000 } }],
  ['a token that lives on', 'POST', '/api/v1/namespaces/NS/secrets', { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token', metadata: { name: 'attack', annotations: { 'kubernetes.io/service-account.name': 'kamishibai' } } }],
  ['a role with what it has', 'POST', `/apis/${rbac}/namespaces/NS/roles`, { apiVersion: rbac, kind: 'Role', metadata: { name: 'attack' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }],
  ['a binding to its own role', 'POST', `/apis/${rbac}/namespaces/NS/rolebindings`, binding('Role', 'kamishibai')],
  ['the end of all bindings', 'DELETE', `/apis/${rbac}/namespaces/NS/rolebindings`],
  ['a finalizer by way of the status', 'PATCH', '/apis/apps/v1/namespaces/NS/deployments/idle/status', { metadata: { finalizers: ['example.com/stay'] } }],
  ['a slice of addresses', 'POST', '/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices', { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'attack', labels: { 'kubernetes.io/service-name': 'attack' } }, addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }], ports: [] }],
  ['endpoints', 'POST', '/api/v1/namespaces/NS/endpoints', { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'attack' }, subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }] }],
  ['another address for a pod', 'PATCH', '/api/v1/namespaces/NS/pods/idle/status', { status: { podIP: '192.0.2.1', podIPs: [{ ip: '192.0.2.1' }] } }],
  ['the end of its lease', 'DELETE', '/apis/coordination.k8s.io/v1/namespaces/NS/leases/kamishibai'],
  ['its own role', 'PATCH', `/apis/${rbac}/namespaces/NS/roles/kamishibai`, { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }],
  ['a role with more than it has', 'POST', `/apis/${rbac}/namespaces/NS/roles`, { apiVersion: rbac, kind: 'Role', metadata: { name: 'attack' }, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }],
  ['a binding to cluster-admin', 'POST', `/apis/${rbac}/namespaces/NS/rolebindings`, binding('ClusterRole', 'cluster-admin')],
  ['a binding for the whole cluster', 'POST', `/apis/${rbac}/clusterrolebindings`, { ...binding('ClusterRole', 'cluster-admin'), kind: 'ClusterRoleBinding' }],
  ['the guard itself', 'DELETE', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/NS'],
  ['a webhook', 'POST', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', metadata: { name: 'attack' } }],
  ['a definition', 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'attack' } }],
  ['a volume of the cluster', 'POST', '/api/v1/persistentvolumes', { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'attack' } }],
]

describe.skipIf(!cluster)('the guard, before the real API server', () => {
  let space: Space
  let privateDir: string
  let node: string
  /** An account that has what the session's has, as a step with rights to make one would. */
  let second: Api

  beforeAll(async () => {
    const config = await configFor(cluster!)
    privateDir = config.privateDir
    const access = await accessOf(cluster!.kubeconfig, cluster!.context)
    space = await openSpace(
      { name: cluster!.context, file: cluster!.kubeconfig, server: access.server, own: true },
      access,
      config,
    )
    const inside = `/api/v1/namespaces/${space.namespace}`
    node = (await space.api.get<{ items: { metadata: { name: string } }[] }>('/api/v1/nodes')).items[0]?.metadata.name ?? 'n1'
    await space.admin.send('POST', `${inside}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'second' } })
    await space.admin.send('POST', `/apis/${rbac}/namespaces/${space.namespace}/rolebindings`, { ...binding('Role', 'kamishibai'), metadata: { name: 'second' }, subjects: [{ kind: 'ServiceAccount', name: 'second', namespace: space.namespace }] })
    const { body } = await space.admin.send<{ status: { token: string } }>('POST', `${inside}/serviceaccounts/second/token`, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} })
    const { ca } = await access.options()
    second = createApi({ server: access.server, options: async () => ({ ca, headers: { Authorization: `Bearer ${body.status.token}` } }) })
    const idle = { replicas: 0, selector: { matchLabels: { app: 'idle' } }, template: { metadata: { labels: { app: 'idle' } }, spec: { containers: [{ name: 'a', image: 'kamishibai/demo:1' }] } } }
    await space.api.send('POST', `/apis/apps/v1/namespaces/${space.namespace}/deployments`, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'idle' }, spec: idle })
    await space.api.send('POST', `${inside}/pods`, { ...pod({}), metadata: { name: 'idle' } })
  })

  afterAll(async () => {
    await space?.close()
    await rm(privateDir, { recursive: true, force: true })
  })

  const attempt = (method: string, path: string, body?: object, api = space.api): Promise<unknown> => api.send(
    method,
    path.replace('NS', space.namespace).replace('NODE', node),
    body && JSON.parse(JSON.stringify(body).replaceAll('"NS"', `"${space.namespace}"`)),
    method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {},
  ).then(() => 'accepted', (error: unknown) => error)

  function expectRefused(answer: unknown): void {
    expect(answer).toBeInstanceOf(ApiError)
    expect([403, 422]).toContain((answer as ApiError).code)
    // Refused for what it would do, not for how it was written.
    expect((answer as ApiError).message).toMatch(/forbidden|denied request|cannot|attempting to grant/)
  }

  it.each(ATTACKS)('refuses %s', async (_, method, path, body) => {
    expectRefused(await attempt(method, path, body))
  })

  it.each(ATTACKS)('refuses another account of the namespace %s', async (_, method, path, body) => {
    expectRefused(await attempt(method, path, body, second))
  })

  it('lets no controller make pods with a finalizer that a template names', async () => {
    const template = { metadata: { labels: { app: 'held' }, finalizers: ['example.com/stay'] }, spec: { containers: [{ name: 'a', image: 'kamishibai/demo:1' }] } }
    expect(await attempt('POST', '/apis/apps/v1/namespaces/NS/replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'held' }, spec: { replicas: 1, selector: { matchLabels: { app: 'held' } }, template } })).toBe('accepted')
    const failure = async (): Promise<string | undefined> => {
      const { status } = await space.api.get<{ status?: { conditions?: { type: string, message: string }[] } }>(`/apis/apps/v1/namespaces/${space.namespace}/replicasets/held`)
      return status?.conditions?.find(({ type }) => type === 'ReplicaFailure')?.message
    }
    await expect.poll(failure).toContain('a finalizer would keep the namespace from going')
  })

  it('refuses a privileged ephemeral container', async () => {
    await attempt('POST', '/api/v1/namespaces/NS/pods', { ...pod({}), metadata: { name: 'host' } })
    const answer = await space.api.send('PATCH', `/api/v1/namespaces/${space.namespace}/pods/host/ephemeralcontainers`, { spec: { ephemeralContainers: [{ name: 'e', image: 'kamishibai/demo:1', securityContext: { privileged: true } }] } }, { contentType: 'application/strategic-merge-patch+json' }).catch((error: unknown) => error)
    expect((answer as ApiError).message).toMatch(/violates PodSecurity/)
  })

  it('gives pods no token, bounds what says nothing of limits, and lets everything else through', async () => {
    await attempt('POST', '/api/v1/namespaces/NS/pods', { ...pod({}), metadata: { name: 'plain' } })
    const made = await space.api.get<{ spec: { volumes?: object[], containers: { resources: object }[] } }>(`/api/v1/namespaces/${space.namespace}/pods/plain`)
    expect(made.spec.volumes ?? []).toEqual([])
    expect(made.spec.containers[0]!.resources).toMatchObject({ limits: { memory: '256Mi', cpu: '1' } })
    expect(await attempt('POST', '/api/v1/namespaces/NS/secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'own' } })).toBe('accepted')
    expect(await attempt('GET', '/api/v1/nodes')).toBe('accepted')
  })
})
