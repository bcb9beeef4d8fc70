import type Docker from 'dockerode'
import type { RunnerConfig } from '../../../runners/protocol/runner.ts'
import type { Raw } from './_raw.ts'
import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import createDockerRunner from '../../../runners/docker/runner.ts'
import { buildDemoImage } from '../../../slides/demo/build-image.ts'
import { configOf, dockerCli, engineAt } from '../_runners.ts'
import { sendRaw } from './_raw.ts'

export const IMAGE = 'kamishibai/demo:1'

/** Every docker client of this machine: the newest, and the engine's own. */
export const CLIENTS = [...new Set((process.env.PATH ?? '').split(':').flatMap((folder) => {
  try {
    return realpathSync(join(folder, 'docker'))
  }
  catch {
    return []
  }
}))].map((path) => {
  const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).match(/[\d.]+/)?.[0]
  return { path, name: `client ${version}` }
})

/** A guarded shell of a session of its own, and the engine beside it. */
export interface Guarded {
  config: RunnerConfig
  engine: Docker
  /** The guarded socket, and the engine's own. */
  path: string
  /** A client behind the guard. */
  docker: (args: string[], input?: string | Buffer, client?: string) => ReturnType<typeof dockerCli>
  /** The same client before the engine itself: the user's. */
  user: (args: string[], input?: string) => ReturnType<typeof dockerCli>
  /** A request as the client likes to write it. */
  raw: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Raw>
  /** A name of this test's own. */
  name: (text: string) => string
  become: (step: string) => void
  close: () => Promise<void>
}

/** Opens a guarded shell; `grants` are those of the headmatter. All that the test made is gone at its end. */
export async function openGuarded(dockerHost: string, grants: string[] = []): Promise<Guarded> {
  const config = await configOf(dockerHost, { grants })
  config.privateDir = join(config.deckDir, '..', `${config.deckDir.split('/').at(-1)}-private`)
  await mkdir(config.privateDir, { mode: 0o700 })
  onTestFinished(() => rm(config.privateDir, { recursive: true, force: true }))
  const runner = createDockerRunner(config)
  onTestFinished(() => runner.close!())
  let step = 'one'
  const { DOCKER_HOST } = await runner.open!('main', () => step)
  const path = DOCKER_HOST!.replace('unix://', '')
  return {
    config,
    engine: engineAt(dockerHost),
    path,
    docker: (args, input, client) => dockerCli(DOCKER_HOST!, args, input, client),
    user: (args, input) => dockerCli(dockerHost, args, input),
    raw: (method, url, body, headers) => sendRaw(path, method, url, body, headers),
    name: text => `${text}-${config.sessionId.slice(0, 6)}`,
    become: (next) => {
      step = next
    },
    close: () => runner.close!(),
  }
}

/** Something of the user's: what `docker` does with `args` is undone at the test's end by `undo`. */
export async function usersOwn({ user }: Guarded, args: string[], undo: string[]): Promise<string> {
  onTestFinished(async () => {
    await user(undo)
  })
  const { code, stdout, stderr } = await user(args)
  if (code)
    throw new Error(stderr)
  return stdout.trim()
}

export async function withDemoImage(dockerHost: string): Promise<void> {
  await buildDemoImage(engineAt(dockerHost), { log: () => {} })
}
