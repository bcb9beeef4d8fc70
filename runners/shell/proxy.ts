type Env = Record<string, string | undefined>

const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'] as const
/** Where a session's own things answer: this machine, networks as engines make them, and names of a cluster. */
const OWN = ['localhost', '127.0.0.1', '::1', '172.16.0.0/12', '192.168.0.0/16', '.svc', '.cluster.local']

/**
 * The presenter's proxies, in both cases, as some programs read one and some the other; nothing where there is none.
 */
export function proxyEnvironment(env: Env): Record<string, string> {
  const proxies = NAMES.flatMap((name) => {
    const value = valueOf(env, name)
    return value ? [[name, value], [name.toLowerCase(), value]] : []
  })
  if (!proxies.length)
    return {}
  const given = valueOf(env, 'NO_PROXY')?.split(',').map(one => one.trim()).filter(Boolean) ?? []
  const direct = [...new Set([...given, ...OWN])].join(',')
  return { ...Object.fromEntries(proxies) as Record<string, string>, NO_PROXY: direct, no_proxy: direct }
}

function valueOf(env: Env, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()]
}
