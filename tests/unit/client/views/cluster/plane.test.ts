import type { ResourceState } from '../../../../../runners/protocol/fold.ts'
import { expect, it } from 'vitest'
import { planeParts, withMark } from '../../../../../client/views/cluster/plane.ts'
import { object, run } from '../_runs.ts'

it('marks the parts of the control plane of which somebody said how they stand', () => {
  const shown = (...all: ResourceState[]): string => planeParts([run(...all)]).map(part => withMark(part.name, part)).join(', ')
  expect(shown()).toBe('API server, etcd, scheduler, controllers')
  expect(shown(object('controlplane', 'control-plane', { apiServer: true, etcd: false }))).toBe('API server ✓, etcd ✗, scheduler, controllers')
  expect(shown(object('controlplane', 'control-plane', { apiServer: false }))).toBe('API server ✗, etcd, scheduler, controllers')
})
