import { StepError } from '../../protocol/error.ts'

/** What Node says where packages are there, and not the ones that were asked for. */
const CODES = new Set(['ERR_PACKAGE_PATH_NOT_EXPORTED', 'ERR_MODULE_NOT_FOUND'])
const RE_NO_EXPORT = /^The requested module '.*' does not provide an export/
/** The package that does not fit, in each of these. */
const RE_WANTED = / in (.+)[/\\]package\.json imported from|(?:package|module) '([^']+)'/
const RE_FROM = /imported from (.+)(?:\n|$)/

/** Versions that cure what is known not to fit. */
const CURES: Record<string, string> = { 'markdown-it': '^14.1.0' }

/** Why Slidev cannot be loaded, as StepError `not-available` that says where an override is written; other errors as they are. */
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
