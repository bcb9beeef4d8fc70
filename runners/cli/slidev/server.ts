import type { ResolvedSlidevOptions, SlidevConfig, SlidevData } from '@slidev/types'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { StepError } from '../../protocol/error.ts'
import { say } from '../io/say.ts'
import { portTaken } from '../process/port.ts'

export interface SlidevServerOptions {
  /** The deck, an absolute path. */
  entry: string
  port: number
  /** Whether that port was asked for; else the next free one will do. */
  portAsked: boolean
}

/** Slidev's dev server on 127.0.0.1. */
export interface SlidevServer {
  port: number
  /** Starts it anew in this process; what {@link serveSlidev} was given stays, and so does the session. */
  restart: () => Promise<void>
  close: () => Promise<void>
}

/** What Slidev reads once, at its start: its own command starts anew when one of these changes. */
const RESTART_FIELDS: (keyof SlidevConfig)[] = ['monaco', 'routerMode', 'fonts', 'css', 'mdc', 'editor', 'theme', 'seoMeta']

/** Serves a deck; a change of its headmatter that needs a new start gets one. */
export async function serveSlidev({ entry, port, portAsked }: SlidevServerOptions): Promise<SlidevServer> {
  const slidev = await import('@slidev/cli').catch((error: unknown) => Promise.reject(misfitOf(error)))
  let restarting: Promise<void> = Promise.resolve()
  let server = await open()
  await server.listen().catch(async (error: Error) => {
    throw error.message.includes('already in use') ? await portTaken(port) : error
  })
  // Somebody may have taken it since it was looked at.
  const own = (server.httpServer!.address() as AddressInfo).port

  async function open(at = port, strictPort = portAsked): ReturnType<typeof slidev.createServer> {
    const resolved = await slidev.resolveOptions({ entry }, 'dev')
    return slidev.createServer(resolved, {
      server: { port: at, strictPort, host: '127.0.0.1' },
      logLevel: 'warn',
      clearScreen: false,
    }, { loadData: source => load(resolved, source) })
  }

  async function load(resolved: ResolvedSlidevOptions, source: Record<string, string>): Promise<SlidevData | false> {
    const { data } = resolved
    const loaded = await slidev.parser.load(resolved, resolved.entry, source, 'dev')
    const config = slidev.parser.resolveConfig(loaded.headmatter, data.themeMeta, resolved.entry)
    const features = (['katex', 'monaco'] as const).some(name => loaded.features[name] && !data.features[name])
    if (features || RESTART_FIELDS.some(field => !isDeepStrictEqual(config[field], data.config[field]))) {
      void restart()
      return false
    }
    return { ...loaded, themeMeta: data.themeMeta, config }
  }

  function restart(): Promise<void> {
    return restarting = restarting.then(async () => {
      const before = server
      try {
        // Whatever is wrong shows before the old one is gone.
        const next = await open(own, true)
        await before.close()
        server = next
        await server.listen()
      }
      catch (error) {
        say.error(`Slidev could not start anew: ${error instanceof Error ? error.message : String(error)}`)
      }
    })
  }

  return {
    port: own,
    restart,
    async close() {
      await restarting
      await server.close()
    },
  }
}

/** What Node says where packages are there, and not the ones that were asked for. */
const CODES = new Set(['ERR_PACKAGE_PATH_NOT_EXPORTED', 'ERR_MODULE_NOT_FOUND'])
const RE_NO_EXPORT = /^The requested module '.*' does not provide an export/
/** The package that does not fit, in each of these. */
const RE_WANTED = / in (.+)[/\\]package\.json imported from|(?:package|module) '([^']+)'/
const RE_FROM = /imported from (.+)(?:\n|$)/

/** Versions that cure what is known not to fit. */
const CURES: Record<string, string> = { 'markdown-it': '^14.1.0' }

/**
 * Why Slidev cannot be loaded, as StepError `missing-tool` that says where an override is written; other errors as
 * they are.
 */
export function misfitOf(error: unknown): unknown {
  const { code = '', message, stack = '' } = error as NodeJS.ErrnoException
  if (!CODES.has(code) && !RE_NO_EXPORT.test(message))
    return error
  const [, folder, name] = RE_WANTED.exec(message) ?? []
  const wanted = packageIn(folder ?? name) ?? 'a package'
  const from = packageIn(RE_FROM.exec(message)?.[1] ?? stack.split('\n')[0]!.replace(/:\d+$/, '')) ?? 'Slidev'
  const cure = CURES[wanted] ? `${wanted}: ${CURES[wanted]}` : `the version of ${wanted} that ${from} asks for`
  return new StepError('missing-tool', `Slidev cannot be loaded: ${wanted} is not the one that ${from} needs`, `Write ${cure} under overrides in the project's package.json, or in its pnpm-workspace.yaml, and install again.`, { cause: error })
}

/** The package that an import, or a path to a file of it, names. */
function packageIn(place: string | undefined): string | undefined {
  const path = place?.replaceAll('\\', '/').split('node_modules/').at(-1)
  return path && !/^(?:[./]|file:|\w:)/.test(path) ? path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/') : undefined
}
