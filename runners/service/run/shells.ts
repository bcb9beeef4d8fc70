import type { Step } from '../../protocol/step.ts'
import type { Run } from './types.ts'

/** After this time a run says that it waits for its shell, in ms. */
const NOTICE = 50

/** The shells of a session: each has one block at a time. */
export interface Shells {
  /** Waits until the shell of the step is free, or the signal comes, and takes it for the run. */
  take: (step: Step, run: Run, signal: AbortSignal) => Promise<void>
  /** The step whose block has the shell now. */
  stepIn: (shell: string) => string
}

export function createShells(): Shells {
  const busy = new Map<string, Promise<void>>()
  const stepIds = new Map<string, string>()
  return {
    stepIn: shell => stepIds.get(shell) ?? '',
    async take(step, run, signal) {
      const shell = shellOf(step)
      if (!shell)
        return
      const before = busy.get(shell)
      // What lives on after its moment, as an open terminal does, holds its shell no longer.
      busy.set(shell, Promise.all([before, step.until.length ? run.moment : run.over]).then(() => {}))
      if (before) {
        const waiting = setTimeout(() => run.log.append({ type: 'phase', phase: 'waiting', reason: `the shell ${step.shell} is busy`, awaits: { kind: 'shell', name: step.shell } }), NOTICE)
        await Promise.race([before, new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))])
        clearTimeout(waiting)
      }
      if (step.runner === 'shell')
        stepIds.set(step.shell, step.id)
    },
  }
}

/** The shell that a step's block has to itself: one of this machine, or one in a container. */
export function shellOf({ runner, verb, shell, in: container }: Step): string | undefined {
  if (verb === 'exec')
    return `${shell} in ${container}`
  return runner === 'shell' ? shell : undefined
}
