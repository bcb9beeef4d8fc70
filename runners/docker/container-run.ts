import type Docker from 'dockerode'
import type { Duplex } from 'node:stream'
import type { ContainerSpec } from '../protocol/container-spec.ts'
import type { RunContext, RunnerConfig } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'
import { containerNames, createOptions, endpointOf, explain } from './container.ts'
import { answered, followOutput } from './follow.ts'
import { ensureNetwork } from './networks.ts'
import { signalName } from './projection.ts'
import { pullImage } from './pull.ts'

/** The exit code of a program that SIGKILL ended. */
const KILLED = 137
const LOOKS = 6
/** Between two looks, in ms. */
const PAUSE = 50

/** Runs one container from its creation to its end; aborted, it is removed. */
export async function runContainer(
  docker: Docker,
  step: Step,
  spec: ContainerSpec,
  context: RunContext,
  config: RunnerConfig,
  track: <T>(work: Promise<T>) => Promise<T>,
): Promise<void> {
  const { emit, signal, labels } = context
  const attempt = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw explain(error, spec.image)
    })
  const options = createOptions(step, spec, labels, config)
  if (step.pull)
    await attempt(bringImage(docker, spec.image, context))
  for (const name of spec.networks)
    await attempt(track(ensureNetwork(docker, name, labels, spec.endpoints?.[name]?.ipv4)))
  signal.throwIfAborted()
  const container = await attempt(track(create(docker, options, containerNames(step.id, config))))
  try {
    for (const name of spec.networks.slice(1)) {
      await attempt(
        docker.getNetwork(name).connect({ Container: container.id, EndpointConfig: endpointOf(step, spec, name) }),
      )
    }
    const output = (await attempt(
      container.attach({ stream: true, stdout: true, stderr: true, hijack: true }),
    )) as unknown as Duplex
    output.on('error', () => {})
    const ended = container.wait({ condition: 'next-exit' })
    ended.catch(() => {})
    signal.throwIfAborted()
    await attempt(track(container.start()))
    context.started()
    const resize = (cols: number, rows: number): void => void container.resize({ w: cols, h: rows }).catch(() => {})
    // Engines before 23 do not know the size at the creation.
    resize(step.cols, step.rows)
    context.onResize(resize)
    await followOutput(
      {
        output: output as AsyncIterable<Buffer>,
        close: () => output.destroy(),
        isRunning: async () => {
          const { State } = await container.inspect()
          return State.Running || State.Restarting
        },
        ended,
      },
      context,
    )
    signal.throwIfAborted()
    const State = await endState(container).catch((error: unknown) => {
      throw (error as { statusCode?: number }).statusCode === 404
        ? new StepError('removed', 'the container was removed while it ran', '', { cause: error })
        : explain(error, spec.image)
    })
    const killedBy = signalName(State.ExitCode)
    emit({
      type: 'exit',
      code: State.ExitCode,
      ...(killedBy && { signal: killedBy }),
      ...(State.OOMKilled && { oom: true }),
    })
  }
  catch (error) {
    track(container.remove({ force: true, v: true })).catch(() => {})
    throw signal.aborted ? signal.reason : error
  }
}

/** Pulls an image that the engine does not have. */
async function bringImage(docker: Docker, image: string, { emit, signal }: RunContext): Promise<void> {
  const isThere = await docker.getImage(image).inspect().then(() => true, () => false)
  if (!isThere)
    await pullImage(docker, image, (done, total) => emit({ type: 'progress', label: `pull ${image}`, done, total }), signal)
}

/**
 * Of a killed container the engine may hear of its end before it hears that memory was the reason: it is asked a few
 * times.
 */
async function endState(container: Docker.Container): Promise<Docker.ContainerInspectInfo['State']> {
  for (let look = 1; ; look++) {
    const { State } = await answered(container.inspect())
    if (State.ExitCode !== KILLED || State.OOMKilled || look === LOOKS)
      return State
    await delay(PAUSE)
  }
}

/**
 * With the first of `names` that nobody has: another session or the presenter may have some, and only the engine can
 * tell without a race.
 */
async function create(
  docker: Docker,
  options: Docker.ContainerCreateOptions,
  [name, ...others]: string[],
): Promise<Docker.Container> {
  try {
    return await docker.createContainer({ ...options, name })
  }
  catch (error) {
    const { statusCode, message } = error as { statusCode?: number, message: string }
    if (!others.length || statusCode !== 409 || !/name .* is already in use/.test(message))
      throw error
    return create(docker, options, others)
  }
}
