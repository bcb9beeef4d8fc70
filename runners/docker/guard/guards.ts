import type { RunnerConfig } from '../../protocol/runner.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Guard } from './guard.ts'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { bareSocket } from '../reach.ts'
import { forgetBuilds } from './buildkit/history.ts'
import { createGuardSession, openGuard } from './guard.ts'

/** The guards of a session: one for each shell, so that the step is known. */
export interface Guards {
  /** The environment of a shell in which `step` runs: a guarded socket, or the engine's own where a grant says so. */
  open: (shell: string, step: () => string) => Promise<Record<string, string>>
  /** Takes away what the session named, and closes all sockets; what was created must be gone. */
  close: () => Promise<void>
}

/** Where the CLI looks for its plugins, but for the user's own folder. */
const PLUGINS = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'].map(folder => join(folder, 'docker', 'cli-plugins'))

/** Whether `docker build` finds buildx, without which it cannot use BuildKit. */
function hasBuildx({ env, settings }: RunnerConfig): boolean {
  const own = join(env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker'), 'cli-plugins')
  // A confined shell does not see what lies in a home.
  const folders = settings.confine ? PLUGINS : [own, ...PLUGINS]
  return folders.some(folder => existsSync(join(folder, 'docker-buildx')))
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
      return {
        DOCKER_HOST: `unix://${opened.path}`,
        ...hasBuildx(config) && await session.engine.buildKit().catch(() => false) && { DOCKER_BUILDKIT: '1' },
      }
    },

    async close() {
      await Promise.all([...guards.values()].map(async ({ guard }) => (await guard).close()))
      if (bare)
        (await bare).close()
      try {
        // What is there of history goes with an engine that is gone.
        await forgetBuilds(session.engine, session.builds.refs.all()).catch(() => {})
        await session.tags.release()
      }
      finally {
        session.engine.close()
      }
    },
  }
}
