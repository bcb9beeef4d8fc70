import type Docker from 'dockerode'
import { StepError } from '../protocol/error.ts'
import { sweepByLabel } from './sweep.ts'

/** Creations and removals on their way: what they leave must not escape the sweep. */
export interface Pending {
  track: <T>(work: Promise<T>) => Promise<T>
  /** Removes what has the label until nothing is on its way any more. Throws StepError naming what stays. */
  sweep: (docker: Docker, label: string) => Promise<void>
}

export function createPending(): Pending {
  const pending = new Set<Promise<unknown>>()
  return {
    track(work) {
      const settled = work.then(() => {}, () => {}).finally(() => pending.delete(settled))
      pending.add(settled)
      return work
    },

    async sweep(docker, label) {
      let { left } = await sweepByLabel(docker, label)
      while (pending.size) {
        await Promise.all(pending)
        ;({ left } = await sweepByLabel(docker, label))
      }
      if (left.length)
        throw new StepError('not-removed', `the engine does not remove ${left.map(({ kind, name }) => `the ${kind} ${name}`).join(', ')}`, 'Something else uses it.')
    },
  }
}
