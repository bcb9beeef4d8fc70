import type Docker from 'dockerode'
import type { BlockState } from '../protocol/block.ts'
import type { Payload } from '../protocol/event.ts'
import type { RunContext, Runner, RunnerConfig } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import type { Endpoint } from './endpoint.ts'
import type { Guards } from './guard/guards.ts'
import type { Reached } from './reach.ts'
import { release } from 'node:os'
import { StepError } from '../protocol/error.ts'
import { LABELS } from '../protocol/runner.ts'
import { runBuild } from './build.ts'
import { runContainer } from './container-run.ts'
import { containerNames, explain } from './container.ts'
import { baseUrlOf } from './dial.ts'
import { resolveEndpoint, toDockerOptions } from './endpoint.ts'
import { runExec } from './exec.ts'
import { createGuards } from './guard/guards.ts'
import { healthOf } from './health.ts'
import { isLocalAddress, sharesHost } from './host.ts'
import { missingImages, pullImage } from './pull.ts'
import { reachEndpoint } from './reach.ts'
import { createSampler } from './stats.ts'
import { sweepTags } from './sweep-tags.ts'
import { resetByLabel, sweepByLabel, sweepSessions } from './sweep.ts'
import { watchSession } from './watch.ts'

/** Runs `yaml {container}` through the Docker API, and gives shells a guarded socket. */
export default function createDockerRunner(config: RunnerConfig): Runner {
  const endpoint = resolveEndpoint(config.env)
  /** Creations and removals on their way: what they leave must not escape the sweep. */
  const pending = new Set<Promise<unknown>>()
  const builds = new Set<string>()
  /** What blocks hand on, by container and shell. */
  const execStates = new Map<string, BlockState>()
  const sessionLabel = `${LABELS.session}=${config.sessionId}`
  let reaching: Promise<Reached> | undefined
  let connecting: Promise<Docker> | undefined
  let guarding: Promise<Guards> | undefined
  let version: string | undefined
  let used = false

  const connect = (): Promise<Docker> => connecting ??= openDocker(endpoint && reach(endpoint))
  const reach = async (to: Endpoint): Promise<Endpoint> => (await (reaching ??= reachEndpoint(to, config))).endpoint

  function track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(() => {}, () => {}).finally(() => pending.delete(settled))
    pending.add(settled)
    return work
  }

  /** The containers in which a build runs its instructions come and go unseen. */
  const isOfBuild = (step: string | undefined, payload: Payload): boolean =>
    step !== undefined && builds.has(step) && payload.type === 'resource' && payload.ref.kind === 'container'

  /** The session's container of a `{container}` step, or with this name, or that another step made. */
  async function find(name: string): Promise<Docker.ContainerInspectInfo | undefined> {
    const docker = await connect()
    const containers = await docker.listContainers({ all: true, filters: JSON.stringify({ label: [sessionLabel] }) as never })
    const ofStep = containers.filter(c => c.Labels[LABELS.step] === name)
    const names = containerNames(name, config).map(own => `/${own}`)
    const found = ofStep.find(c => c.Names.some(own => names.includes(own))) ?? containers.find(c => c.Names.includes(`/${name}`)) ?? ofStep[0]
    return found && docker.getContainer(found.Id).inspect()
  }

  async function exec(step: Step, context: RunContext): Promise<void> {
    if (!step.in)
      throw new StepError('bad-option', 'the step does not say in which container it runs', 'Write in=NAME: the id of a {container} step, or a container\'s name.')
    const container = await find(step.in).catch((error: unknown) => {
      throw explain(error, '')
    })
    const shell = `${container?.Id} ${step.shell}`
    const state = await runExec(await connect(), step, container, execStates.get(shell), context)
    if (state)
      execStates.set(shell, state)
  }

  async function sweepOwn(docker: Docker): Promise<void> {
    let { left } = await sweepByLabel(docker, sessionLabel)
    while (pending.size) {
      await Promise.all(pending)
      ;({ left } = await sweepByLabel(docker, sessionLabel))
    }
    if (left.length)
      throw new StepError('not-removed', `the engine does not remove ${left.map(({ kind, name }) => `the ${kind} ${name}`).join(', ')}`, 'Something else uses it.')
  }

  return {
    name: 'docker',

    async probe(signal) {
      try {
        const docker = await connect()
        const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('it takes too long'))))
        // The version is found out once: for it an engine starts programs, for a ping it does nothing.
        await Promise.race([version === undefined ? docker.version().then(({ Version }) => version = Version) : docker.ping(), late])
        return { available: true, version: version! }
      }
      catch (error) {
        const { code, message, hint } = error as { code?: string, message: string, hint?: string }
        if (hint !== undefined)
          return { available: false, reason: message, hint }
        if (code === 'EACCES')
          return { available: false, reason: `you may not use the Docker engine at ${endpoint?.url}`, hint: 'Add yourself to its group: sudo usermod -aG docker $USER, then log in again.' }
        return { available: false, reason: `no Docker engine answers at ${endpoint?.url}: ${message}`, hint: 'Start Docker, or play the recording.' }
      }
    },

    async run(step, context) {
      used = true
      if (step.verb === 'build') {
        builds.add(step.id)
        return runBuild(await connect(), step, context, config)
      }
      if (step.verb === 'exec')
        return exec(step, context)
      if (step.verb !== 'container' || !step.container)
        throw new StepError('not-available', `{${step.verb}} is not available yet`)
      await runContainer(await connect(), step, step.container, context, config, track)
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
      guarding ??= reach(endpoint).then(reached => createGuards(config, reached))
      return (await guarding).open(shell, step)
    },

    async watch(emit, signal) {
      if (!endpoint)
        return
      const docker = await connect()
      const { sessionId, measured = [] } = config
      const measure = createSampler(docker, emit, signal)
      await watchSession(docker, sessionId, (step, payload) => {
        if (isOfBuild(step, payload))
          return
        emit(step, payload)
        if (payload.type === 'resource' && payload.ref.kind === 'container' && measured.some(one => one === '*' || one === step || one === payload.ref.name))
          measure(step, payload)
      }, signal)
    },

    async dial(target) {
      const [name, wanted] = target.split(':')
      const info = await find(name!).catch((error: unknown) => {
        throw explain(error, '')
      })
      return info && baseUrlOf(info, name!, wanted)
    },

    async healthy(name) {
      const info = await find(name).catch(() => undefined)
      return info && healthOf(info, name)
    },

    async offers(requirement) {
      if (requirement !== 'host')
        return undefined
      return sharesHost(await connect(), { kernel: release(), has: isLocalAddress })
    },

    async lacks(images) {
      return missingImages(await connect(), images)
    },

    async fetch(image, onProgress) {
      await pullImage(await connect(), image, onProgress)
    },

    async sweep(filter) {
      const report = await sweepSessions(await connect(), filter)
      report.removed.push(...await sweepTags(await reach(endpoint!), filter))
      return report
    },

    async close() {
      try {
        if (used)
          await sweepOwn(await connect())
      }
      finally {
        await (await guarding)?.close()
        ;(await reaching)?.close()
      }
    },
  }
}

async function openDocker(reached: Promise<Endpoint> | undefined): Promise<Docker> {
  const endpoint = await reached
  if (!endpoint)
    throw new StepError('engine-unavailable', 'no Docker engine is found on this machine', 'Start one, or set DOCKER_HOST.')
  const options = toDockerOptions(endpoint)
  const { default: DockerClient } = await import('dockerode')
  return new DockerClient(options)
}
