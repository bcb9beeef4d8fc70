import type Docker from 'dockerode'
import type { Duplex } from 'node:stream'
import type { Payload } from '../protocol/event.ts'
import type { RunContext, Runner, RunnerConfig } from '../protocol/runner.ts'
import type { ContainerSpec, Step } from '../protocol/step.ts'
import type { Endpoint } from './endpoint.ts'
import type { Guards } from './guard/guards.ts'
import type { Reached } from './reach.ts'
import { StepError } from '../protocol/error.ts'
import { LABELS } from '../protocol/runner.ts'
import { runBuild } from './build.ts'
import { createOptions, explain } from './container.ts'
import { baseUrlOf } from './dial.ts'
import { resolveEndpoint, toDockerOptions } from './endpoint.ts'
import { followContainer } from './follow.ts'
import { createGuards } from './guard/guards.ts'
import { ensureNetwork, hasAliases } from './networks.ts'
import { signalName } from './project.ts'
import { reachEndpoint } from './reach.ts'
import { sweepByLabel } from './sweep.ts'
import { watchSession } from './watch.ts'

/** Runs `yaml {container}` through the Docker API, and gives shells a guarded socket. */
export default function createDockerRunner(config: RunnerConfig): Runner {
  const endpoint = resolveEndpoint(config.env)
  /** Creations and removals on their way: what they leave must not escape the sweep. */
  const pending = new Set<Promise<unknown>>()
  const builds = new Set<string>()
  const sessionLabel = `${LABELS.session}=${config.sessionId}`
  let reaching: Promise<Reached> | undefined
  let connecting: Promise<Docker> | undefined
  let guarding: Promise<Guards> | undefined
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

  /** The session's container that a step made or that has this name. */
  async function find(name: string): Promise<Docker.ContainerInspectInfo | undefined> {
    const docker = await connect()
    const containers = await docker.listContainers({ all: true, filters: JSON.stringify({ label: [sessionLabel] }) as never })
    const found = containers.find(c => c.Names.includes(`/${name}`)) ?? containers.find(c => c.Labels[LABELS.step] === name)
    return found && docker.getContainer(found.Id).inspect()
  }

  return {
    name: 'docker',

    async probe(signal) {
      try {
        const docker = await connect()
        const version = await Promise.race([
          docker.version(),
          new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('it does not answer')))),
        ])
        return { available: true, version: version.Version }
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
      if (step.verb !== 'container' || !step.container)
        throw new StepError('not-available', `{${step.verb}} is not available yet`)
      await runContainer(await connect(), step, step.container, context, config, track)
    },

    async reset(stepId) {
      // A build that is run again finds its layers.
      if (used && !builds.has(stepId))
        await sweepByLabel(await connect(), `${LABELS.step}=${stepId}`, sessionLabel)
    },

    async open(shell, step): Promise<Record<string, string>> {
      if (!endpoint)
        return {}
      used = true
      guarding ??= reach(endpoint).then(reached => createGuards(config, reached))
      return (await guarding).open(shell, step)
    },

    async watch(emit, signal) {
      if (endpoint)
        await watchSession(await connect(), config.sessionId, (step, payload) => isOfBuild(step, payload) || emit(step, payload), signal)
    },

    async dial(target) {
      const [name, wanted] = target.split(':')
      const info = await find(name!)
      return info && baseUrlOf(info, name!, wanted)
    },

    async healthy(name) {
      const info = await find(name).catch(() => undefined)
      return info?.State.Health?.Status === 'healthy'
    },

    async close() {
      if (used) {
        const docker = await connect()
        await sweepByLabel(docker, sessionLabel)
        while (pending.size) {
          await Promise.all(pending)
          await sweepByLabel(docker, sessionLabel)
        }
      }
      await (await guarding)?.close()
      ;(await reaching)?.close()
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

/** Runs one container from its creation to its end; aborted, it is removed. */
async function runContainer(docker: Docker, step: Step, spec: ContainerSpec, context: RunContext, config: RunnerConfig, track: <T>(work: Promise<T>) => Promise<T>): Promise<void> {
  const { emit, signal, labels } = context
  const attempt = <T>(work: Promise<T>): Promise<T> => work.catch((error: unknown) => {
    throw explain(error, spec.image)
  })
  const options = createOptions(step, spec, labels, config)
  if (step.pull && !await docker.getImage(spec.image).inspect().then(() => true, () => false))
    await attempt(pull(docker, spec.image, context))
  for (const name of spec.networks)
    await attempt(track(ensureNetwork(docker, name, labels)))
  signal.throwIfAborted()
  const container = await attempt(track(docker.createContainer(options)))
  try {
    for (const name of spec.networks.slice(1))
      await attempt(docker.getNetwork(name).connect({ Container: container.id, EndpointConfig: { Aliases: hasAliases(name) ? [step.id] : [] } }))
    const output = await attempt(container.attach({ stream: true, stdout: true, stderr: true, hijack: true })) as unknown as Duplex
    output.on('error', () => {})
    const ended = container.wait({ condition: 'next-exit' })
    ended.catch(() => {})
    signal.throwIfAborted()
    await attempt(track(container.start()))
    const resize = (cols: number, rows: number): void => void container.resize({ w: cols, h: rows }).catch(() => {})
    // Engines before 23 do not know the size at the creation.
    resize(step.cols, step.rows)
    context.onResize(resize)
    await followContainer(container, output, ended, context)
    signal.throwIfAborted()
    const { State } = await container.inspect().catch((error: unknown) => {
      throw (error as { statusCode?: number }).statusCode === 404 ? new StepError('failed', 'the container was removed while it ran', '', { cause: error }) : explain(error, spec.image)
    })
    const killedBy = signalName(State.ExitCode)
    emit({ type: 'exit', code: State.ExitCode, ...killedBy && { signal: killedBy }, ...State.OOMKilled && { oom: true } })
  }
  catch (error) {
    track(container.remove({ force: true, v: true })).catch(() => {})
    throw signal.aborted ? signal.reason : error
  }
}

/** Fetches an image that the step allows to be fetched. */
async function pull(docker: Docker, image: string, { emit, signal }: RunContext): Promise<void> {
  const stream = await docker.pull(image, { abortSignal: signal })
  const layers = new Map<string, { done: number, total: number }>()
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, error => error ? reject(error) : resolve(), (event: { id?: string, error?: string, progressDetail?: { current?: number, total?: number } }) => {
      if (event.error)
        reject(new StepError('image-missing', `${image} cannot be fetched: ${event.error}`, `Try: docker pull ${image}`))
      const { current, total } = event.progressDetail ?? {}
      if (!event.id || current === undefined || !total)
        return
      layers.set(event.id, { done: current, total })
      const all = [...layers.values()]
      emit({ type: 'progress', label: `pull ${image}`, done: all.reduce((sum, l) => sum + l.done, 0), total: all.reduce((sum, l) => sum + l.total, 0) })
    })
  })
}
