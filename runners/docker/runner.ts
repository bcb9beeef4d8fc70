import type Docker from 'dockerode'
import type { Duplex } from 'node:stream'
import type { Runner, RunnerConfig } from '../protocol/runner.ts'
import type { LabelProxy } from './label-proxy.ts'
import { join } from 'node:path'
import { StepError } from '../protocol/error.ts'
import { LABELS } from '../protocol/runner.ts'
import { createOptions, explain } from './container.ts'
import { resolveEndpoint, toDockerOptions } from './endpoint.ts'
import { openLabelProxy } from './label-proxy.ts'
import { sweepByLabel } from './sweep.ts'
import { watchContainers } from './watch.ts'

/** How often a container is asked whether it still runs: `wait` never settles when the connection is cut, in ms. */
const ALIVE_CHECK = 5000

/** Runs `yaml {container}` through the Docker API, and gives shells a socket that labels what they create. */
export default function createDockerRunner(config: RunnerConfig): Runner {
  const endpoint = resolveEndpoint(config.env)
  const proxies: Promise<LabelProxy>[] = []
  const shells = new Set<string>()
  const sessionLabel = `${LABELS.session}=${config.sessionId}`
  let connecting: Promise<Docker> | undefined
  let used = false

  const connect = (): Promise<Docker> => {
    if (!endpoint)
      throw new StepError('engine-unavailable', 'no Docker engine is found on this machine', 'Start one, or set DOCKER_HOST.')
    return connecting ??= import('dockerode').then(({ default: DockerClient }) => new DockerClient(toDockerOptions(endpoint)))
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
        const where = endpoint ? ` at ${endpoint.url}` : ''
        return { available: false, reason: `no Docker engine answers${where}: ${(error as Error).message}`, hint: 'Start Docker, or play the recording.' }
      }
    },

    async run(step, { emit, signal, labels }) {
      const spec = step.container
      if (step.verb !== 'container' || !spec)
        throw new StepError('not-available', `{${step.verb}} is not available yet`)
      used = true
      const docker = await connect()
      for (const name of spec.networks)
        await ensureNetwork(docker, name, labels)
      const name = `${step.id}-${config.sessionId.slice(0, 4)}`
      const options = createOptions(step, spec, labels, config.settings.limits, name)
      const container = await docker.createContainer(options).catch((error: unknown) => {
        throw explain(error, spec.image)
      })
      const remove = (): void => void container.remove({ force: true, v: true }).catch(() => {})
      try {
        const output = await container.attach({ stream: true, stdout: true, stderr: true, hijack: true }) as unknown as Duplex
        const ended = container.wait({ condition: 'next-exit' })
        ended.catch(() => {})
        signal.throwIfAborted()
        await container.start().catch((error: unknown) => {
          throw explain(error, spec.image)
        })
        signal.addEventListener('abort', remove)
        const decoder = new TextDecoder()
        output.on('data', (chunk: Buffer) => emit({ type: 'output', data: decoder.decode(chunk, { stream: true }) }))
        await untilEnd(output, ended, container, signal)
        signal.throwIfAborted()
        const { State } = await container.inspect()
        const killedBy = State.ExitCode > 128 ? signalWords(State.ExitCode - 128) : undefined
        emit({ type: 'exit', code: State.ExitCode, ...(killedBy && { signal: killedBy }), ...(State.OOMKilled && { oom: true }) })
      }
      catch (error) {
        remove()
        throw signal.aborted ? signal.reason : error
      }
      finally {
        signal.removeEventListener('abort', remove)
      }
    },

    async reset(stepId) {
      if (endpoint)
        await sweepByLabel(await connect(), `${LABELS.step}=${stepId}`, sessionLabel)
    },

    async open(shell, step): Promise<Record<string, string>> {
      if (!endpoint)
        return {}
      used = true
      const path = join(config.privateDir, `docker-${Buffer.from(shell).toString('hex')}.sock`)
      if (!shells.has(shell)) {
        shells.add(shell)
        const proxy = openLabelProxy({ endpoint, path, labels: () => ({ ...config.labels, [LABELS.step]: step() }) })
        proxies.push(proxy)
        await proxy
      }
      return { DOCKER_HOST: `unix://${path}` }
    },

    async watch(emit, signal) {
      if (endpoint)
        await watchContainers(await connect(), config.sessionId, emit, signal)
    },

    async close() {
      if (endpoint && used)
        await sweepByLabel(await connect(), sessionLabel)
      for (const proxy of proxies)
        await (await proxy).close()
    },
  }
}

async function ensureNetwork(docker: Docker, name: string, labels: Record<string, string>): Promise<void> {
  const existing = await docker.listNetworks({ filters: JSON.stringify({ name: [`^${name}$`] }) as never })
  if (!existing.length)
    await docker.createNetwork({ Name: name, Labels: labels })
}

/** Resolves when the output has ended and the container is gone or stopped; asks, where `wait` does not tell. */
async function untilEnd(output: Duplex, ended: Promise<unknown>, container: Docker.Container, signal: AbortSignal): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    output.on('end', resolve)
    output.on('close', resolve)
    output.on('error', () => resolve())
  })
  let timer: NodeJS.Timeout | undefined
  const asked = new Promise<void>((resolve) => {
    timer = setInterval(async () => {
      const running = await container.inspect().then(info => info.State.Running, () => false)
      if (!running)
        resolve()
    }, ALIVE_CHECK)
  })
  const aborted = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.race([Promise.all([closed, ended.catch(() => asked)]), asked, aborted])
  clearInterval(timer)
  if (signal.aborted)
    output.destroy()
}

function signalWords(number: number): string | undefined {
  return { 1: 'SIGHUP', 2: 'SIGINT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' }[number]
}
