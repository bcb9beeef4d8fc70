import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The proxies that Docker gives containers, from the presenter's own configuration; undefined where there are none. */
export function dockerProxies(env: Record<string, string | undefined>): Record<string, unknown> | undefined {
  try {
    const folder = env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker')
    const { proxies } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { proxies?: unknown }
    return proxies && typeof proxies === 'object' ? proxies as Record<string, unknown> : undefined
  }
  catch {
    // There is no such file, or Docker cannot read it either.
    return undefined
  }
}

/** What of them is written like a variable of an environment, by which their credentials are found. */
export function proxyUrls(proxies: Record<string, unknown> = {}): string[] {
  return Object.values(proxies).flatMap(of => of && typeof of === 'object' ? Object.values(of) : []).filter(value => typeof value === 'string')
}
