import type { RunnerConfig } from '../protocol/runner.ts'
import type { Access } from './api.ts'
import type { AllowedContext, NoContext } from './kube-context.ts'
import { StepError } from '../protocol/error.ts'
import { accessOf } from './credentials.ts'
import { admit, identityOf } from './identity.ts'
import { findContext } from './kube-context.ts'

/** The way into the cluster of a session. */
export interface Entrance {
  /** The context, once one was found. */
  readonly context: AllowedContext | undefined
  /** The allowed context, or why there is none. */
  find: () => Promise<AllowedContext | NoContext>
  /** What opens the cluster of a context. Throws StepError `not-allowed` where its kubeconfig was changed since. */
  reach: (found: AllowedContext) => Promise<Access>
  /** What opens the cluster, once it is known to be one that the user approved. Throws StepError where there is none, or it is not. */
  enter: (signal?: AbortSignal) => Promise<Access>
}

/** Looks for the context when it is first asked for. */
export function createEntrance(config: RunnerConfig): Entrance {
  // Chosen once: what changes in a kubeconfig during a talk changes nothing.
  let context: AllowedContext | undefined
  let entering: Promise<Access> | undefined
  let admitted = false

  async function find(): Promise<AllowedContext | NoContext> {
    const found = context ?? await findContext({ env: config.env, contexts: config.settings.contexts })
    if ('name' in found)
      context = found
    return found
  }

  async function reach(found: AllowedContext): Promise<Access> {
    const access = await (entering ??= accessOf(found.file, found.name))
    if (access.server !== found.server)
      throw new StepError('not-allowed', `the kubeconfig ${found.file} was changed: the server of ${found.name} is now ${access.server}`, 'Start again.')
    return access
  }

  return {
    get context() {
      return context
    },
    find,
    reach,
    async enter(signal) {
      const found = await find()
      if ('reason' in found)
        throw new StepError('engine-unavailable', found.reason, found.hint)
      const access = await reach(found)
      if (!admitted && config.standingOf && !found.own)
        await admit(await identityOf(found, access, signal), config.standingOf)
      admitted = true
      return access
    },
  }
}
