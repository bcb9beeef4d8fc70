import type { Runner, RunnerConfig } from '../protocol/runner.ts'
import type { Entrance } from './entrance.ts'
import type { Emit } from './opening.ts'
import { isStepError, StepError } from '../protocol/error.ts'
import { parseGrant } from '../protocol/grant.ts'
import { onShownLine } from '../protocol/shown-line.ts'
import { createApi, toStepError } from './api.ts'
import { createApplied } from './applied.ts'
import { isOfCluster, judgeCondition } from './conditions.ts'
import { createEntrance, probeCluster } from './entrance.ts'
import { runExec } from './exec.ts'
import { whyGone } from './gone.ts'
import { identify } from './identity.ts'
import { missingImages } from './images.ts'
import { offersOf } from './offers.ts'
import { createOpening } from './opening.ts'
import { emptySpace } from './reset.ts'
import { givenPrograms } from './shell.ts'
import { keptIn } from './space.ts'
import { sweepAll } from './sweep.ts'

/** What the runner is made of where it is not the machine's own. */
export interface KubernetesRunnerOptions { entrance?: Entrance }

/**
 * Runs `yaml {apply}` and `sh {exec in=pod/NAME}` in a namespace of the session, and gives shells a kubeconfig for it.
 */
export default function createKubernetesRunner(
  config: RunnerConfig,
  { entrance = createEntrance(config) }: KubernetesRunnerOptions = {},
): Runner {
  const grants = config.settings.grants.map(parseGrant).filter(grant => grant !== undefined)
  const over = new AbortController()
  const applied = createApplied(grants)
  let emit: Emit = () => {}
  const tell: Emit = (step, payload) => emit(step, payload)
  const opening = createOpening({ config, entrance, grants, emit: tell, signal: over.signal })
  const { open } = opening

  return {
    name: 'kubernetes',
    probe: signal => probeCluster(entrance, signal),
    identify: signal => identify(entrance, signal),

    async run(step, context) {
      try {
        const opened = await open()
        opened.follower.begin(step.id)
        switch (step.verb) {
          case 'apply': return await applied.apply(step, opened, context)
          case 'exec': return await runExec(opened.space, opened.follower, step, context)
          default: throw new StepError('unsupported', `{${step.verb}} does not run in a cluster`)
        }
      }
      catch (error) {
        context.signal.throwIfAborted()
        throw onShownLine(isStepError(error) ? error : toStepError(error), step)
      }
    },

    async reset(stepId, { again = false } = {}) {
      const opened = opening.current()
      if (opened && applied.has(stepId, again))
        await applied.remove(stepId, (await opened).space)
    },

    async startOver() {
      const opened = await opening.current()
      if (opened)
        await emptySpace(opened.space, opened.discovery, keptIn(opened.space.namespace, config))
    },

    programs: () => givenPrograms(config.env),

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
      if (!isOfCluster(condition))
        return undefined
      const { space, discovery } = await open()
      return judgeCondition(condition, space, discovery)
    },

    dial: async target => (/^(?:pod|service|svc)\//.test(target) ? (await open()).dialer.dial(target) : undefined),
    offers: async requirement => offersOf(requirement, createApi(await entrance.enter()), entrance.context!, config),
    sweep: filter => sweepAll(config.env, entrance, filter),
    lacks: async images => missingImages(createApi(await entrance.enter()), images),
    forgets: privateDir => whyGone(privateDir, config.env),

    async close() {
      over.abort()
      await opening.close()
    },
  }
}
