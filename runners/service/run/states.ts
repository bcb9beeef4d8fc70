import type { Step } from '../../protocol/step.ts'
import { shellOf } from './shells.ts'

/** What the blocks of a session's shells hand on; what a state holds is its runner's own matter. */
export interface States {
  /** What a run of the step starts from: the first decides for those that come after it. */
  find: (step: Step) => string | undefined
  /** Takes what a block that passed left. */
  keep: (step: Step, state: string) => void
  /** Takes note that a block failed: it leaves nothing, and its next run is as its first. */
  fail: (step: Step) => void
  /** Makes a step as if it had never run. */
  undo: (step: Step) => void
  /** Lets all shells start as new. */
  forget: () => void
}

interface Start { from: string | undefined, left?: string }

export function createStates(): States {
  /** By shell. */
  const last = new Map<string, string | undefined>()
  /** By step. */
  const starts = new Map<string, Start>()

  return {
    find(step) {
      const start = starts.get(step.id) ?? { from: last.get(shellOf(step) ?? '') }
      starts.set(step.id, start)
      return start.from
    },
    keep(step, state) {
      const shell = shellOf(step)
      const start = starts.get(step.id)
      if (!shell || !start)
        return
      // What blocks after it left builds on its first run.
      if (last.get(shell) === start.from || last.get(shell) === start.left)
        last.set(shell, state)
      start.left = state
    },
    fail(step) {
      if (starts.get(step.id)?.left === undefined)
        starts.delete(step.id)
    },
    undo(step) {
      const shell = shellOf(step)
      const start = starts.get(step.id)
      if (shell && start?.left !== undefined && last.get(shell) === start.left)
        last.set(shell, start.from)
      starts.delete(step.id)
    },
    forget() {
      last.clear()
      starts.clear()
    },
  }
}
