/** What every object of the API carries, as far as it is read here. */
export interface Meta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: { kind: string, name: string, uid: string, controller?: boolean }[]
}

/** An object of the API; what is read of spec and status is checked where it is read. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: Meta
  spec?: Record<string, any>
  status?: Record<string, any>
  [field: string]: unknown
}

/** A list as the API pages it. */
export interface KubeList {
  apiVersion: string
  /** Its objects' kind and `List`; they leave their own out. */
  kind: string
  metadata: { resourceVersion: string, continue?: string }
  items: KubeObject[]
}

/** What the API says instead of an object. */
export interface Status {
  kind: 'Status'
  message?: string
  reason?: string
  code?: number
  status?: string
  details?: {
    name?: string
    kind?: string
    causes?: { reason?: string, message?: string, field?: string }[]
    retryAfterSeconds?: number
  }
}

/** A condition of an object's status. */
export interface Condition { type: string, status: string, reason?: string, message?: string }

/** The conditions of an object. */
export function conditionsOf({ status }: KubeObject): Condition[] {
  return (status?.conditions as Condition[] | undefined) ?? []
}

/** Whether a condition of this type is true. */
export function holds(object: KubeObject, type: string): boolean {
  return conditionsOf(object).some(condition => condition.type === type && condition.status === 'True')
}

/** What owns an object, as `Kind/name`. */
export function ownerOf({ metadata }: KubeObject): { owner?: string } {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller) ?? metadata.ownerReferences?.[0]
  return owner ? { owner: `${owner.kind}/${owner.name}` } : {}
}
