import type { Values } from '../../../../../runners/docker/guard/buildkit/protobuf.ts'
import type { Scope } from '../../../../../runners/docker/guard/scope.ts'
import type { TestGuard } from '../_guard.ts'
import { createBuilds } from '../../../../../runners/docker/guard/buildkit/builds.ts'
import { createGuard, STEP_LABELS } from '../_guard.ts'

/** A client's session that is there, and one that is not. */
export const CLIENT = 'client-1'
export const NOBODY = 'client-2'

/** What a build of the step `one` is judged by. */
export function scopeOf(grants: string[] = [], patience = 0): Scope & { guard: TestGuard } {
  const guard = createGuard({ grants, buildKit: true })
  const builds = createBuilds(patience)
  builds.sessions.add(CLIENT)
  return { ...guard.session, builds, step: 'one', stepLabels: STEP_LABELS, guard }
}

/** The Solve of `docker build -t mine:2 .`, with other fields. */
export function controlFields(more: Values = {}): Values {
  const exporters = [{ type: 'moby', attributes: { name: 'docker.io/library/new:1' } }]
  return { ref: 'build-1', session: CLIENT, exporters, ...more }
}
