import type { Progress } from './maker.ts'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StepError } from '../../protocol/error.ts'
import { command, isInstalled } from './command.ts'
import { binariesDir } from './place.ts'

type Env = Record<string, string | undefined>

/**
 * Go modules beside this file, each built by the `build.sh` in its folder: the commands of Kubernetes, and what
 * enforces network policies.
 */
const MODULES = { kubernetes: import.meta.dirname, policies: join(import.meta.dirname, 'policies') }

type Module = keyof typeof MODULES

/** Where the commands of a module lie once they are built. */
export function builtBinaries(env: Env, module: Module = 'kubernetes'): string {
  const key = createHash('sha256')
  for (const file of ['go.mod', 'go.sum', 'build.sh'])
    key.update(readFileSync(join(MODULES[module], file)))
  return binariesDir(env, key.digest('hex').slice(0, 12))
}

/**
 * Builds the commands of a module once for this version of its `go.sum`, and returns their folder; the first time takes
 * about ten minutes for Kubernetes, one for the policies.
 */
export async function binaries(env: Env, module: Module, progress: Progress, signal?: AbortSignal): Promise<string> {
  const dir = builtBinaries(env, module)
  if (existsSync(dir))
    return dir
  if (!isInstalled('go', env))
    throw new StepError('missing-tool', 'the two-node cluster is built with Go, which is not on this machine', 'Install Go 1.25 or newer, or kind, k3d or minikube.')
  await command(join(import.meta.dirname, 'build-once.sh'), [join(MODULES[module], 'build.sh'), dir], {
    env: { ...env, GOFLAGS: '-mod=readonly' },
    signal,
    onLine: (line) => {
      const [, number, total, name] = /^(\d+)\/(\d+) (.*)/.exec(line) ?? []
      if (name)
        progress(`building ${name}`, Number(number) - 1, Number(total))
      else
        progress(line)
    },
  })
  return dir
}
