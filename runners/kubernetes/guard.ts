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

/** Whether an operation is one of these, on one of these resources. */
const on = (resources: string[]): string => `request.resource.resource in [${resources.map(name => `'${name}'`).join(', ')}]`

/**
 * The rules bind every account of the namespace, so one that a step makes is as bound as the session's own. Bindings
 * may name no other subjects: nobody else can be given what a step has. The presenter and the cluster's own
 * controllers are free, but for what a controller could be made to do in a step's place.
 */
function policy(namespace: string, metadata: { name: string }): Setup['object'] {
  const own = `object != null && has(object.metadata) && has(object.metadata.name) ? object.metadata.name : request.name`
  const isAllowed = `[${FINALIZERS.map(f => `'${f}'`).join(', ')}]`
  const had = `(request.operation == 'UPDATE' && has(oldObject.metadata.finalizers) && f in oldObject.metadata.finalizers)`
  const finalizers = 'object == null || !has(object.metadata) || !has(object.metadata.finalizers) || object.metadata.finalizers'
  const bound = (rule: string): string => `!variables.bound || !(${rule})`
  const isPod = `request.operation in ['CREATE', 'UPDATE'] && ${on(['pods'])} && variables.sub == ''`
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['*/*'] }],
      },
      variables: [
        { name: 'bound', expression: `request.userInfo.username.startsWith('system:serviceaccount:${namespace}:') || request.userInfo.username == 'system:anonymous'` },
        { name: 'sub', expression: 'has(request.subResource) ? request.subResource : \'\'' },
        { name: 'name', expression: `request.operation == 'DELETE' ? (oldObject != null ? oldObject.metadata.name : request.name) : (${own})` },
      ],
      validations: [
        {
          expression: bound(on(['namespaces', 'resourcequotas', 'limitranges'])),
          message: 'the namespace, its quota and its limits are not a step\'s to change',
        },
        {
          expression: bound(on(['serviceaccounts', 'roles', 'rolebindings'])),
          message: 'accounts, their tokens and their roles are not a step\'s to make or change',
        },
        {
          expression: bound(`request.operation == 'CREATE' && ${on(['secrets'])} && has(object.type) && object.type == 'kubernetes.io/service-account-token'`),
          message: 'a token that lives on is not a step\'s to make',
        },
        {
          expression: bound(`${on(['leases'])} && variables.name == '${ACCOUNT}'`),
          message: 'the lease of the session is not a step\'s to change',
        },
        {
          expression: bound(`request.operation != 'DELETE' && (${on(['endpoints', 'endpointslices'])} || (${on(['pods', 'services'])} && variables.sub == 'status'))`),
          message: 'addresses that a step chooses would turn the API server into a way to them',
        },
        {
          expression: `request.operation == 'DELETE' || !(${on(['services'])}) || object == null || !has(object.spec) || !has(object.spec.externalIPs) || object.spec.externalIPs.size() == 0`,
          message: 'externalIPs would take over addresses that are not the session\'s',
        },
        {
          expression: `!variables.bound || request.operation == 'DELETE' || ${finalizers}.all(f, f in ${isAllowed} || ${had})`,
          message: 'a finalizer would keep the namespace from going',
        },
        {
          // A controller takes them from a template that a step wrote; only that of jobs has one of its own.
          expression: `request.operation != 'CREATE' || !(${on(['pods', 'persistentvolumeclaims'])}) || variables.sub != '' || ${finalizers}.all(f, f in ${isAllowed} || f == 'batch.kubernetes.io/job-tracking')`,
          message: 'a finalizer would keep the namespace from going',
        },
        {
          expression: `!(${isPod}) || !has(object.spec.serviceAccountName) || object.spec.serviceAccountName != '${ACCOUNT}'`,
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
