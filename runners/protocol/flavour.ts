/**
 * What a deck is made for: `serve` while it is written or printed, `stage` for a talk, `site` for anybody, `one-file`
 * as one page that plays from disk, `remote` for the audience's own devices.
 */
export const FLAVOURS = ['serve', 'stage', 'site', 'one-file', 'remote'] as const
export type Flavour = typeof FLAVOURS[number]

/** What is built for a talk, and kept for the next. */
export const BUILT_FLAVOURS = ['stage', 'remote'] as const satisfies Flavour[]
export type BuiltFlavour = typeof BUILT_FLAVOURS[number]

/** The environment variable that tells Slidev's own process which build it makes. */
const VARIABLE = 'KAMISHIBAI_FLAVOUR'

/** What the environment of a Slidev process says, so that it builds `flavour`. */
export function flavourEnv(flavour: Exclude<Flavour, 'serve' | 'site'>): Record<string, string> {
  return { [VARIABLE]: flavour }
}

/** The flavour that Slidev makes in its `mode`, with the environment `env`; the variable counts for builds only. */
export function flavourOf(mode: string, env: Record<string, string | undefined>): Flavour {
  if (mode !== 'build')
    return 'serve'
  return FLAVOURS.find(flavour => flavour === env[VARIABLE] && flavour !== 'serve') ?? 'site'
}
