import type { ContainerSpec } from '../../runners/protocol/container-spec.ts'
import type { Payload } from '../../runners/protocol/event.ts'
import type { RunContext, RunnerConfig } from '../../runners/protocol/runner.ts'
import type { Step } from '../../runners/protocol/step.ts'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import Docker from 'dockerode'
import { onTestFinished } from 'vitest'
import { toDockerOptions } from '../../runners/docker/endpoint.ts'
import { settingsSchema } from '../../runners/protocol/headmatter.ts'
import { LABELS } from '../../runners/protocol/runner.ts'
import { createSanitizer } from '../../runners/service/run/sanitize.ts'
import { step } from '../_session.ts'

/** A runner's configuration of a session of its own; its folders go with the test. */
export async function configOf(dockerHost: string | undefined, settings: unknown = {}): Promise<RunnerConfig> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-test-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const sessionId = randomUUID()
  return {
    sessionId,
    deckDir: dir,
    privateDir: dir,
    settings: settingsSchema.parse(settings),
    labels: { [LABELS.session]: sessionId, [LABELS.deck]: 'test', [LABELS.owner]: 'test' },
    env: { ...process.env, DOCKER_HOST: dockerHost },
  }
}

/** A context that keeps what a run emits. */
export interface Kept extends RunContext {
  payloads: Payload[]
  /** What a log would show. */
  output: () => string
  /** What the runner told. */
  raw: () => string
  exit: () => Extract<Payload, { type: 'exit' }> | undefined
  abort: (reason: Error) => void
  /** Whether conditions of `until` would be judged by now. */
  hasStarted: () => boolean
  /** Resolves when the output so far matches. */
  shown: (pattern: RegExp) => Promise<void>
}

export function contextOf(config: RunnerConfig, stepId: string, options: Partial<RunContext> = {}): Kept {
  const payloads: Payload[] = []
  const waiting = new Set<() => void>()
  const end = new AbortController()
  let hasStarted = false
  const raw = (): string => payloads.map(p => p.type === 'output' ? p.data : '').join('')
  const output = (): string => createSanitizer()(raw())
  return {
    payloads,
    output,
    raw,
    exit: () => payloads.find(p => p.type === 'exit'),
    abort: reason => end.abort(reason),
    shown: pattern => new Promise((resolve) => {
      const look = (): void => {
        if (!pattern.test(output()))
          return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    }),
    emit(payload) {
      payloads.push(payload)
      waiting.forEach(look => look())
    },
    started: () => void (hasStarted = true),
    hasStarted: () => hasStarted,
    signal: end.signal,
    labels: { ...config.labels, [LABELS.step]: stepId },
    environment: {},
    dial: async () => undefined,
    onInput: () => {},
    onResize: () => {},
    found: () => undefined,
    leave: () => {},
    endedAt: () => {},
    drained: () => undefined,
    ...options,
  }
}

/** What a block finds and leaves, by shell: each finds what the last one left. */
export function handOver(): (shell?: string) => Pick<RunContext, 'found' | 'leave'> {
  const left = new Map<string, string>()
  return (shell = 'main') => ({ found: () => left.get(shell), leave: state => void left.set(shell, state) })
}

/** A `{container}` step of the demo image. */
export function containerStep(id: string, spec: Partial<ContainerSpec> = {}, options: Partial<Step> = {}): Step {
  return step(id, {
    verb: 'container',
    runner: 'docker',
    container: { image: 'kamishibai/demo:1', ports: [], environment: {}, networks: [], volumes: [], ...spec },
    ...options,
  })
}

/** The container of a step: its name is the first that nobody has. */
export async function containerOf(docker: Docker, session: string, step: string): Promise<Docker.Container> {
  const [found] = await docker.listContainers({ all: true, filters: JSON.stringify({ label: [`${LABELS.session}=${session}`, `${LABELS.step}=${step}`] }) as never })
  return docker.getContainer(found!.Id)
}

export function engineAt(dockerHost: string): Docker {
  return new Docker(toDockerOptions({ url: dockerHost }))
}

/** Names of all that carries the session's label. */
export async function leftOf(docker: Docker, sessionId: string): Promise<string[]> {
  const filters = JSON.stringify({ label: [`${LABELS.session}=${sessionId}`] }) as never
  const [containers, networks, volumes, images] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
    docker.listImages({ filters }),
  ])
  return [
    ...containers.map(c => `container ${c.Names[0]}`),
    ...networks.map(n => `network ${n.Name}`),
    ...(volumes.Volumes ?? []).map(v => `volume ${v.Name}`),
    ...images.map(i => `image ${i.RepoTags?.[0]}`),
  ]
}

/** The real CLI, or another client. */
export function dockerCli(host: string, args: string[], input: string | Buffer = '', client = 'docker'): Promise<{ code: number, stdout: string, stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' }
    const child = execFile(client, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }))
    // What a client refuses, it does not read.
    child.stdin!.on('error', () => {}).end(input)
  })
}
