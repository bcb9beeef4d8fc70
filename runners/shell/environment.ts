import type { RunnerConfig } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { proxyEnvironment } from './proxy.ts'

/** Variables of the presenter's environment that every shell sees, if they are set. */
const PASSED = ['PATH', 'TZ'] as const
/** What programs ask for a pager; in `{run}` nobody could turn its pages. */
export const PAGERS = ['PAGER', 'GIT_PAGER', 'MANPAGER', 'SYSTEMD_PAGER', 'AWS_PAGER', 'GH_PAGER', 'GLAB_PAGER', 'BAT_PAGER', 'DELTA_PAGER', 'PSQL_PAGER', 'KUBECTL_PAGER', 'HELM_PAGER'] as const

/**
 * The environment of a shell: an allow-list, so that no secret of the presenter's own reaches a recording.
 * HOME and DOCKER_CONFIG lie in the session's private folder, with the CLI's plugins linked in.
 */
export function shellEnvironment({ env, privateDir, settings, proxies }: RunnerConfig, verb: Step['verb'] = 'run'): Record<string, string> {
  const home = join(privateDir, 'home')
  const dockerConfig = join(home, '.docker')
  mkdirSync(dockerConfig, { recursive: true, mode: 0o700 })
  const plugins = join(env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker'), 'cli-plugins')
  const link = join(dockerConfig, 'cli-plugins')
  if (existsSync(plugins) && !existsSync(link))
    symlinkSync(plugins, link)
  // Podman fails where DOCKER_CONFIG names a folder without it.
  const settingsFile = join(dockerConfig, 'config.json')
  if (!existsSync(settingsFile))
    writeFileSync(settingsFile, `${JSON.stringify(proxies ? { proxies } : {})}\n`, { mode: 0o600 })
  const kubeconfig = join(privateDir, 'kubeconfig')
  if (!existsSync(kubeconfig))
    writeFileSync(kubeconfig, '', { mode: 0o600 })
  const passed = [...PASSED, ...settings.env].flatMap(name => env[name] === undefined ? [] : [[name, env[name]]])
  return {
    ...verb === 'run' && Object.fromEntries(PAGERS.map(name => [name, 'cat'])),
    ...proxyEnvironment(env),
    ...Object.fromEntries(passed) as Record<string, string>,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    PS1: '$ ',
    HOME: home,
    DOCKER_CONFIG: dockerConfig,
    KUBECONFIG: kubeconfig,
    // Where BuildKit can be guarded, the docker runner says so.
    DOCKER_BUILDKIT: '0',
  }
}
