import type { Grant } from '../protocol/grant.ts'
import type { RunContext } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import type { Opened } from './opening.ts'
import type { Space } from './space.ts'
import { aborted } from '../protocol/abort.ts'
import { applyStep } from './apply.ts'
import { removeObjects } from './reset.ts'
import { watchTrouble } from './trouble.ts'

/** What the steps of a session applied. */
export interface Applied {
  /** Applies a step. One with `until` goes on until it is aborted, and fails where its pods do. */
  apply: (step: Step, opened: Opened, context: RunContext) => Promise<void>
  /** Whether something of the step has to go: `again` is before its next run, which may keep what is there. */
  has: (stepId: string, again: boolean) => boolean
  /** Removes what the step made. */
  remove: (stepId: string, space: Space) => Promise<void>
}

export function createApplied(grants: Grant[]): Applied {
  const made = new Map<string, { paths: Set<string>, reset: boolean }>()
  return {
    async apply(step, { space, discovery, follower }, context) {
      const own = made.get(step.id) ?? { paths: new Set(), reset: false }
      own.reset = step.reset
      made.set(step.id, own)
      await applyStep(step, {
        space,
        discovery,
        grants,
        onObject(path, { namespaced }) {
          own.paths.add(path)
          if (namespaced)
            follower.add(path.slice(0, path.lastIndexOf('/')))
        },
      }, context)
      context.started()
      if (!step.until.length)
        return
      await watchTrouble(step.id, space, follower, context.signal)
      // It lives on until it is reset, or the session ends.
      await aborted(context.signal)
      context.signal.throwIfAborted()
    },

    has(stepId, again) {
      const own = made.get(stepId)
      return own !== undefined && (!again || own.reset)
    },

    async remove(stepId, space) {
      await removeObjects(space, made.get(stepId)?.paths ?? [])
      made.delete(stepId)
    },
  }
}
