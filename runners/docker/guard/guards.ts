import type { RunnerConfig } from '../../protocol/runner.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Guard } from './guard.ts'
import { join } from 'node:path'
import { bareSocket } from '../reach.ts'
import { createGuardSession, openGuard } from './guard.ts'

/** The guards of a session: one for each shell, so that the step is known. */
export interface Guards {
  /** The environment of a shell in which `step` runs: a guarded socket, or the engine's own where a grant says so. */
  open: (shell: string, step: () => string) => Promise<Record<string, string>>
  /** Takes away what the session named, and closes all sockets; what was created must be gone. */
  close: () => Promise<void>
}

/** Opens guards before the engine at `endpoint` as shells ask for them. */
export function createGuards(config: RunnerConfig, endpoint: Endpoint): Guards {
  const session = createGuardSession(config, endpoint)
  const guards = new Map<string, { path: string, guard: Promise<Guard> }>()
  let bare: ReturnType<typeof bareSocket> | undefined
  return {
    async open(shell, step) {
      if (session.grants.has('unguarded', step())) {
        bare ??= bareSocket(endpoint, config.privateDir)
        return { DOCKER_HOST: (await bare).host }
      }
      let opened = guards.get(shell)
      if (!opened) {
        // A socket's path may have a hundred characters: a number is shorter than the shell's name.
        const path = join(config.privateDir, `docker-${guards.size + 1}.sock`)
        guards.set(shell, opened = { path, guard: openGuard({ session, path, step }) })
      }
      await opened.guard
      return { DOCKER_HOST: `unix://${opened.path}` }
    },

    async close() {
      await Promise.all([...guards.values()].map(async ({ guard }) => (await guard).close()))
      if (bare)
        (await bare).close()
      await session.tags.release().finally(() => session.engine.close())
    },
  }
}
