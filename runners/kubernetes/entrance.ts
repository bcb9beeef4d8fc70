import type { Probe, RunnerConfig } from '../protocol/runner.ts'
import type { Access } from './api.ts'
import type { AllowedContext, NoContext } from './kube-context.ts'
import { StepError } from '../protocol/error.ts'
import { createApi, toStepError } from './api.ts'
import { accessOf } from './credentials.ts'
import { OLDEST_MINOR } from './guard.ts'
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
  /**
   * What opens the cluster, once it is known to be one that the user approved. Throws StepError where there is none, or
   * it is not.
   */
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
      throw new StepError('changed-meanwhile', `the kubeconfig ${found.file} was changed: the server of ${found.name} is now ${access.server}`, 'Start again.')
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

/** Tells whether the cluster behind `entrance` answers, and is new enough to be guarded. */
export async function probeCluster(entrance: Entrance, signal: AbortSignal): Promise<Probe> {
  const found = await entrance.find()
  if ('reason' in found)
    return { available: false, ...found }
  try {
    const api = createApi(await entrance.enter(signal))
    const { major, minor, gitVersion } = await api.get<{ major: string, minor: string, gitVersion: string }>('/version', { signal })
    if (Number(major) === 1 && Number.parseInt(minor) < OLDEST_MINOR)
      return { available: false, reason: `the cluster ${found.name} is Kubernetes ${gitVersion}, which cannot bound what steps do`, hint: `Take one of 1.${OLDEST_MINOR} or newer.` }
    return { available: true, version: `${gitVersion} (${found.name})` }
  }
  catch (error) {
    const { code, message, hint } = signal.aborted ? new StepError('engine-unavailable', `the cluster ${found.name} does not answer`) : toStepError(error)
    return { available: false, reason: message, hint: (['not-allowed', 'changed-meanwhile'].includes(code) && hint) || 'Start it, or make one: kamishibai cluster create' }
  }
}
