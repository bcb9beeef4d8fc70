import type { Payload } from '../../../../../runners/protocol/event.ts'
import { container, runOf } from '../_runs.ts'

/** What tells of a network. */
export function network(name: string, view: Record<string, unknown> = {}): Payload {
  return { type: 'resource', op: 'added', ref: { kind: 'network', id: `id-${name}`, name }, view: { subnets: ['10.0.0.0/24'], gateways: ['10.0.0.1'], internal: false, ...view } as never }
}

/** Two networks that share a container. */
export const shared = runOf(0, [1, network('front')], [2, network('back', { internal: true, subnets: ['10.0.1.0/24'] })], [3, container('web', { networks: { front: '10.0.0.2' }, ports: ['127.0.0.1:8080→80'] })], [4, container('api', { networks: { front: '10.0.0.3', back: '10.0.1.3' } })], [5, container('db', { networks: { back: '10.0.1.2' } })], [6, container('alone', { networks: { none: '' } })])
