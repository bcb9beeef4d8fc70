import type { RunnerConfig } from '../protocol/runner.ts'
import { LABELS } from '../protocol/runner.ts'

/** The session's account, and the names of what guards its namespace. */
export const ACCOUNT = 'kamishibai'
/** Oldest minor version of Kubernetes 1 that can refuse what roles cannot. */
export const OLDEST_MINOR = 30
/** The owner of a session is no label here: it has characters that labels may not have. */
export const OWNER_ANNOTATION = LABELS.owner
/** Label of what serves the session and is no part of a demo: it is not shown. */
export const ROLE = 'dev.kamishibai.role'
/** Cluster-scoped objects that a step made, as API paths in JSON; whoever sweeps removes them. */
export const CLUSTER_OBJECTS = 'dev.kamishibai.cluster-objects'

/** Everything that a session may hold; the rest of its bounds is in the limits of the deck. */
const QUOTA = {
  'pods': '60',
  'limits.memory': '16Gi',
  'persistentvolumeclaims': '10',
  'services.nodeports': '5',
  'services.loadbalancers': '0',
}

/** Finalizers that do not hold an object for ever. */
const FINALIZERS = ['foregroundDeletion', 'orphan', 'kubernetes.io/pvc-protection']

/** The namespace of a session. */
export function namespaceOf(sessionId: string): string {
  return `kamishibai-${sessionId}`
}

/** The user that the session's account is to the API server. */
export function userOf(namespace: string): string {
  return `system:serviceaccount:${namespace}:${ACCOUNT}`
}

/** An object that the guard sets up, with the collection that it belongs to. */
export interface Setup {
  path: string
  object: Record<string, unknown> & { metadata: { name: string, [field: string]: unknown } }
}

/** Labels of a session as an API server takes them: without the owner. */
export function labelsOf(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key !== LABELS.owner))
}

/** The namespace itself: made first. */
export function namespaceSetup(namespace: string, { labels }: Pick<RunnerConfig, 'labels'>): Setup {
  return {
    path: '/api/v1/namespaces',
    object: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { ...labelsOf(labels), 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/warn': 'baseline' },
        annotations: { [OWNER_ANNOTATION]: labels[LABELS.owner] ?? '' },
      },
    },
  }
}

/**
 * What bounds a namespace: one account that may do everything inside it – but for the namespace, its quota, its limits
 * and the account itself – and read nodes; no tokens in pods; and what RBAC cannot express as an admission policy.
 */
export function guardSetup(namespace: string, { labels, settings: { limits } }: Pick<RunnerConfig, 'labels' | 'settings'>): Setup[] {
  const own = { name: ACCOUNT, namespace, labels: labelsOf(labels) }
  const wide = { name: namespace, labels: labelsOf(labels) }
  const subjects = [{ kind: 'ServiceAccount', name: ACCOUNT, namespace }]
  const rbac = 'rbac.authorization.k8s.io'
  const inside = `/api/v1/namespaces/${namespace}`
  const roles = `/apis/${rbac}/v1/namespaces/${namespace}`
  return [
    { path: `${inside}/serviceaccounts`, object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: own, automountServiceAccountToken: false } },
    { path: `${inside}/serviceaccounts`, object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...own, name: 'default' }, automountServiceAccountToken: false } },
    // Verbs by name: `*` would hold `escalate`, `bind` and `impersonate` too.
    { path: `${roles}/roles`, object: { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: own, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] }] } },
    { path: `${roles}/rolebindings`, object: { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: own, subjects, roleRef: { apiGroup: rbac, kind: 'Role', name: ACCOUNT } } },
    { path: `/apis/${rbac}/v1/clusterroles`, object: { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: wide, rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] }] } },
    { path: `/apis/${rbac}/v1/clusterrolebindings`, object: { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: wide, subjects, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: namespace } } },
    { path: `${inside}/resourcequotas`, object: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: own, spec: { hard: QUOTA } } },
    { path: `${inside}/limitranges`, object: { apiVersion: 'v1', kind: 'LimitRange', metadata: own, spec: { limits: [{ type: 'Container', default: { memory: toQuantity(limits.memory), cpu: String(limits.cpus) }, defaultRequest: { memory: '16Mi', cpu: '10m' } }] } } },
    { path: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', object: policy(namespace, wide) },
    {
      path: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
      object: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: wide,
        spec: { policyName: namespace, validationActions: ['Deny'], matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } } },
      },
    },
  ]
}

function policy(namespace: string, metadata: { name: string }): Setup['object'] {
  const isSession = `request.userInfo.username == '${userOf(namespace)}'`
  const name = '(request.operation == \'DELETE\' ? oldObject : object).metadata.name'
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['*'] },
          { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['namespaces', 'namespaces/*', 'resourcequotas', 'resourcequotas/*', 'limitranges', 'serviceaccounts'] },
          { apiGroups: ['rbac.authorization.k8s.io', 'coordination.k8s.io'], apiVersions: ['*'], operations: ['DELETE'], resources: ['roles', 'rolebindings', 'leases'] },
        ],
      },
      validations: [
        {
          expression: `!(${isSession}) || !(request.resource.resource in ['namespaces', 'resourcequotas', 'limitranges'])`,
          message: 'the namespace, its quota and its limits are not a step\'s to change',
        },
        {
          expression: `!(${isSession}) || request.operation == 'CREATE' || !(request.resource.resource in ['serviceaccounts', 'roles', 'rolebindings']) || !(${name} == '${ACCOUNT}' || (${name} == 'default' && request.resource.resource == 'serviceaccounts'))`,
          message: 'the account of the session is not a step\'s to change',
        },
        {
          expression: `!(${isSession}) || request.operation != 'DELETE' || request.resource.resource != 'leases' || ${name} != '${ACCOUNT}'`,
          message: 'the lease of the session is not a step\'s to change',
        },
        {
          expression: `request.operation == 'DELETE' || request.resource.resource != 'services' || !has(object.spec.externalIPs) || object.spec.externalIPs.size() == 0`,
          message: 'externalIPs would take over addresses that are not the session\'s',
        },
        {
          expression: `!(${isSession}) || request.operation == 'DELETE' || !has(object.metadata.finalizers) || object.metadata.finalizers.all(f, f in [${FINALIZERS.map(f => `'${f}'`).join(', ')}] || (request.operation == 'UPDATE' && has(oldObject.metadata.finalizers) && f in oldObject.metadata.finalizers))`,
          message: 'a finalizer would keep the namespace from going',
        },
        {
          expression: `request.operation == 'DELETE' || request.resource.resource != 'pods' || !has(object.spec.serviceAccountName) || object.spec.serviceAccountName != '${ACCOUNT}'`,
          message: 'pods may not be the account of the session',
        },
      ],
    },
  }
}

/** A size like `256m` as Kubernetes writes it, where `m` would be a thousandth. */
function toQuantity(size: string): string {
  const [, number, unit] = /^([\d.]+)([bkmg]?)$/i.exec(size)!
  return `${number}${{ '': '', 'b': '', 'k': 'Ki', 'm': 'Mi', 'g': 'Gi' }[unit!.toLowerCase()]}`
}
