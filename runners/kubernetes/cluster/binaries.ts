import type { Progress } from './maker.ts'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { StepError } from '../../protocol/error.ts'
import { command, isInstalled } from './command.ts'
import { binariesDir } from './place.ts'

type Env = Record<string, string | undefined>

const HERE = import.meta.dirname

/** Where the commands of Kubernetes lie once they are built. */
export function builtBinaries(env: Env): string {
  const key = createHash('sha256')
  for (const file of ['go.mod', 'go.sum', 'build.sh'])
    key.update(readFileSync(join(HERE, file)))
  return binariesDir(env, key.digest('hex').slice(0, 12))
}

/** Builds the commands of Kubernetes once for this version of `go.sum`, and returns their folder; the first time takes about ten minutes. */
export async function binaries(env: Env, progress: Progress, signal?: AbortSignal): Promise<string> {
  const dir = builtBinaries(env)
  if (existsSync(dir))
    return dir
  if (!isInstalled('go', env))
    throw new StepError('not-available', 'the two-node cluster is built with Go, which is not on this machine', 'Install Go 1.25 or newer, or kind, k3d or minikube.')
  // What a build that was cut off has made is taken up again; the name comes when all is complete.
  const building = `${dir}.building`
  await mkdir(building, { recursive: true })
  await command(join(HERE, 'build.sh'), [building], {
    env: { ...env, GOFLAGS: '-mod=readonly' },
    signal,
    onLine: (line) => {
      const [, done, total, name] = /^(\d+)\/(\d+) (.*)/.exec(line) ?? []
      progress(name ? `building ${name}` : line, Number(done) - 1, Number(total))
    },
  })
  await rename(building, dir)
  return dir
}
