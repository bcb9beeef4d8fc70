import type { BlockState } from '../protocol/block.ts'
import type { Payload } from '../protocol/event.ts'
import type { Runner, RunnerConfig } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import type { Dialer } from './dial.ts'
import type { Discovery } from './discovery.ts'
import type { Follower } from './follow.ts'
import type { KubeList, KubeObject } from './objects.ts'
import type { Shells } from './shell.ts'
import type { Space } from './space.ts'
import { isStepError, StepError } from '../protocol/error.ts'
import { parseGrant } from '../protocol/grant.ts'
import { createApi, toStepError } from './api.ts'
import { applyStep } from './apply.ts'
import { judge } from './conditions.ts'
import { createDialer } from './dial.ts'
import { createDiscovery } from './discovery.ts'
import { createEntrance } from './entrance.ts'
import { runExec } from './exec.ts'
import { followSpace } from './follow.ts'
import { whyGone } from './gone.ts'
import { OLDEST_MINOR } from './guard.ts'
import { identityOf } from './identity.ts'
import { lackingOn } from './images.ts'
import { offersOf } from './offers.ts'
import { project } from './projection.ts'
import { emptySpace, removeObjects } from './reset.ts'
import { createShells } from './shell.ts'
import { onShownLine } from './shown-line.ts'
import { keptIn, openSpace } from './space.ts'
import { sweepClusters, sweepSpaces } from './sweep.ts'
import { watchTrouble } from './trouble.ts'

/** All that a session has in its cluster, once it is open. */
interface Opened { space: Space, discovery: Discovery, follower: Follower, dialer: Dialer, shells: Shells }

type Emit = (step: string | undefined, payload: Payload) => void

/** Runs `yaml {apply}` and `sh {exec in=pod/NAME}` in a namespace of the session, and gives shells a kubeconfig for it. */
export default function createKubernetesRunner(config: RunnerConfig): Runner {
  const grants = config.settings.grants.map(parseGrant).filter(grant => grant !== undefined)
  const over = new AbortController()
  /** What blocks hand on, by pod and shell. */
  const blocks = new Map<string, BlockState>()
  /** What each step made. */
  const made = new Map<string, { paths: Set<string>, reset: boolean }>()
  const entrance = createEntrance(config)
  let opening: Promise<Opened> | undefined
  let emit: Emit = () => {}

  function open(): Promise<Opened> {
    if (opening)
      return opening
    const work = (async () => {
      const access = await entrance.enter()
      const context = entrance.context!
      const space = await openSpace(context, access, config)
      const follower = followSpace(space, (step, payload) => emit(step, payload), over.signal)
      return { space, follower, discovery: createDiscovery(space.api), dialer: createDialer(space), shells: createShells(config, grants, context, tellNodes) }
    })()
    opening = work
    work.catch(() => opening = undefined)
    return work
  }

  /** The nodes of a cluster that a step made; `cluster` tells them from those of the session's. */
  function tellNodes(cluster: string, nodes: KubeObject[]): void {
    for (const node of nodes)
      emit(undefined, { type: 'resource', op: 'added', ref: { kind: 'node', id: node.metadata.uid!, name: node.metadata.name }, view: { ...project({ ...node, kind: 'Node' }), cluster } })
  }

  async function apply(step: Step, { space, discovery, follower }: Opened, context: Parameters<Runner['run']>[1]): Promise<void> {
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
    await new Promise<void>(resolve => context.signal.aborted ? resolve() : context.signal.addEventListener('abort', () => resolve(), { once: true }))
    context.signal.throwIfAborted()
  }

  return {
    name: 'kubernetes',

    async probe(signal) {
      const found = await entrance.find()
      if ('reason' in found)
        return { available: false, ...found }
      try {
        const access = await entrance.enter(signal)
        const { major, minor, gitVersion } = await createApi(access).get<{ major: string, minor: string, gitVersion: string }>('/version', { signal })
        if (Number(major) === 1 && Number.parseInt(minor) < OLDEST_MINOR)
          return { available: false, reason: `the cluster ${found.name} is Kubernetes ${gitVersion}, which cannot bound what steps do`, hint: `Take one of 1.${OLDEST_MINOR} or newer.` }
        return { available: true, version: `${gitVersion} (${found.name})` }
      }
      catch (error) {
        const { code, message, hint } = signal.aborted ? new StepError('engine-unavailable', `the cluster ${found.name} does not answer`) : toStepError(error)
        return { available: false, reason: message, hint: (code === 'not-allowed' && hint) || 'Start it, or make one: kamishibai cluster create' }
      }
    },

    async identify(signal) {
      const found = await entrance.find()
      return 'reason' in found || found.own ? undefined : identityOf(found, await entrance.reach(found), signal).catch(() => undefined)
    },

    async run(step, context) {
      try {
        const opened = await open()
        opened.follower.begin(step.id)
        if (step.verb === 'apply')
          return await apply(step, opened, context)
        if (step.verb !== 'exec')
          throw new StepError('not-available', `{${step.verb}} does not run in a cluster`)
        const key = `${step.in} ${step.shell}`
        const state = await runExec(opened.space, opened.follower, step, blocks.get(key), context)
        if (state)
          blocks.set(key, state)
      }
      catch (error) {
        context.signal.throwIfAborted()
        throw onShownLine(isStepError(error) ? error : toStepError(error), step)
      }
    },

    async reset(stepId, { again = false } = {}) {
      const own = made.get(stepId)
      if (!own || !opening || (again && !own.reset))
        return
      await removeObjects((await opening).space, own.paths)
      made.delete(stepId)
    },

    async startOver() {
      blocks.clear()
      if (!opening)
        return
      const { space, discovery } = await opening
      await emptySpace(space, discovery, keptIn(space.namespace, config))
    },

    async open(_shell, step) {
      // In mode `live` it may be that there is no cluster: other steps have nothing to do with that.
      const opened = await open().catch(() => undefined)
      if (!opened)
        return {}
      opened.follower.begin(step())
      return opened.shells.environment(step(), opened.space.kubeconfig)
    },

    async watch(emitTo, signal) {
      emit = emitTo
      signal.addEventListener('abort', () => over.abort())
      await open()
    },

    async holds(condition) {
      if (condition.type !== 'pods' && condition.type !== 'condition' && condition.type !== 'rollout')
        return undefined
      const { space, discovery } = await open()
      return judge(condition, space, discovery).catch((error: unknown) => {
        throw toStepError(error)
      })
    },

    async dial(target) {
      return /^(?:pod|service|svc)\//.test(target) ? (await open()).dialer.dial(target) : undefined
    },

    async offers(requirement) {
      return offersOf(requirement, createApi(await entrance.enter()), entrance.context!, config)
    },

    async sweep(filter) {
      // Before the context is asked for: it may be that of one of them.
      const clusters = await sweepClusters(config.env, filter)
      const found = await entrance.find()
      if ('reason' in found)
        return clusters
      const spaces = await sweepSpaces(createApi(await entrance.enter()), filter)
      return { removed: [...clusters.removed, ...spaces.removed], kept: [...clusters.kept, ...spaces.kept] }
    },

    async lacks(images) {
      const { items } = await createApi(await entrance.enter()).get<KubeList>('/api/v1/nodes')
      return lackingOn(items, images)
    },

    forgets: privateDir => whyGone(privateDir, config.env),

    async close() {
      over.abort()
      const opened = await opening?.catch(() => undefined)
      opened?.dialer.close()
      await opened?.shells.close()
      await opened?.space.close()
    },
  }
}
