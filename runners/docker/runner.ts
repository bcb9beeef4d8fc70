import type Docker from 'dockerode'
import type { Runner, RunnerConfig } from '../protocol/runner.ts'
import type { Guards } from './guard/guards.ts'
import { release } from 'node:os'
import { StepError } from '../protocol/error.ts'
import { LABELS } from '../protocol/runner.ts'
import { runBuild } from './build.ts'
import { createConnection } from './connection.ts'
import { baseUrlOf, findContainer, healthOf } from './container-info.ts'
import { runContainer } from './container-run.ts'
import { runExec } from './exec.ts'
import { createGuards } from './guard/guards.ts'
import { isLocalAddress, sharesHost } from './host.ts'
import { watchMeasured } from './measured.ts'
import { createPending } from './pending.ts'
import { missingImages, pullImage } from './pull.ts'
import { resetByLabel, sweepSessions } from './sweep.ts'
import { tryOut } from './try-out.ts'

/** What the runner is made of where it is not the machine's own. */
export interface DockerRunnerOptions { connection?: ReturnType<typeof createConnection> }

/** Runs `yaml {container}` through the Docker API, and gives shells a guarded socket. */
export default function createDockerRunner(
  config: RunnerConfig,
  { connection = createConnection(config) }: DockerRunnerOptions = {},
): Runner {
  const { endpoint, connect, reach } = connection
  const pending = createPending()
  /** Steps that build: the containers in which their instructions run come and go unseen. */
  const builds = new Set<string>()
  const sessionLabel = `${LABELS.session}=${config.sessionId}`
  let guarding: Promise<Guards> | undefined
  let used = false

  const find = async (name: string): Promise<Docker.ContainerInspectInfo | undefined> =>
    findContainer(await connect(), name, config)

  return {
    name: 'docker',
    probe: connection.probe,

    async run(step, context) {
      used = true
      const docker = await connect()
      switch (step.verb) {
        case 'container': return runContainer(docker, step, step.container!, context, config, pending.track)
        case 'exec': return runExec(docker, step, await find(placeOf(step)), context)
        case 'build':
          builds.add(step.id)
          return runBuild(docker, step, context, config)
        default: throw new StepError('unsupported', `{${step.verb}} is not available yet`)
      }
    },

    async reset(stepId) {
      // A build that is run again finds its layers.
      if (used && !builds.has(stepId))
        await resetByLabel(await connect(), `${LABELS.step}=${stepId}`, sessionLabel)
    },

    async open(shell, step): Promise<Record<string, string>> {
      if (!endpoint)
        return {}
      used = true
      guarding ??= reach().then(reached => createGuards(config, reached))
      return (await guarding).open(shell, step)
    },

    async watch(emit, signal) {
      if (endpoint)
        await watchMeasured(await connect(), config, emit, signal, step => builds.has(step))
    },

    async dial(target) {
      const [name, wanted] = target.split(':')
      const info = await find(name!)
      return info && baseUrlOf(info, name!, wanted)
    },

    async healthy(name) {
      const info = await find(name).catch(() => undefined)
      return info && healthOf(info, name)
    },

    offers: async requirement => requirement === 'host' ? isHere(await connect()) : undefined,
    sweep: async filter => sweepSessions(await connect(), await reach(), filter),
    lacks: async images => missingImages(await connect(), images),
    tryOut: async image => tryOut(await connect(), config, image),
    fetch: async (image, onProgress) => pullImage(await connect(), image, onProgress),

    async close() {
      try {
        if (used)
          await pending.sweep(await connect(), sessionLabel)
      }
      finally {
        await (await guarding)?.close()
        await connection.close()
      }
    },
  }
}

/** Whether the engine's host is this machine. */
function isHere(docker: Docker): ReturnType<typeof sharesHost> {
  return sharesHost(docker, { kernel: release(), has: isLocalAddress })
}

function placeOf({ in: place }: { in?: string }): string {
  if (!place)
    throw new StepError('bad-option', 'the step does not say in which container it runs', 'Write in=NAME: the id of a {container} step, or a container\'s name.')
  return place
}
