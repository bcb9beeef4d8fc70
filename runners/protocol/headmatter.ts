import { z } from 'zod'

const duration = z.string().regex(/^\d+(?:\.\d+)?(?:ms|s|m)$/, 'a duration like 500ms, 20s or 2m')
const size = z.string().regex(/^\d+(?:\.\d+)?[bkmg]?$/i, 'a size like 256m')

/** The deck's own settings: the key `kamishibai` of the headmatter. An unknown key is an error. */
export const settingsSchema = z.strictObject({
  mode: z.enum(['auto', 'live', 'replay']).default('auto'),
  /** Kubernetes contexts beyond the allow-list. */
  contexts: z.array(z.string()).default([]),
  /** Names of environment variables the shell may see. */
  env: z.array(z.string().regex(/^[A-Z_]\w*$/i)).default([]),
  /** Regular expressions whose matches are removed before anything is written or sent. */
  redact: z.array(z.string()).default([]),
  /** What happens when an image is missing. */
  pull: z.enum(['never', 'ask']).default('never'),
  limits: z.strictObject({
    memory: size.default('256m'),
    cpus: z.number().positive().default(1),
    pids: z.int().positive().default(256),
    /** Output of one run that is kept, in MiB; more ends the run. */
    outputMiB: z.number().positive().max(256).default(64),
  }).prefault({}),
  defaults: z.strictObject({
    timeout: duration.optional(),
    rows: z.int().min(1).max(200).optional(),
    cols: z.int().min(1).max(500).optional(),
    fallback: z.enum(['ask', 'auto', 'off']).optional(),
  }).prefault({}),
  grants: z.array(z.string()).default([]),
})
export type Settings = z.infer<typeof settingsSchema>

/** Bytes of a size like `256m`; a bare number is bytes. */
export function parseSize(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([bkmg]?)$/i.exec(text) ?? []
  if (!number)
    throw new RangeError(`not a size: ${text}`)
  const power = { '': 0, 'b': 0, 'k': 1, 'm': 2, 'g': 3 }[unit!.toLowerCase()]!
  return Math.round(Number(number) * 1024 ** power)
}

/** Milliseconds of a duration like `500ms`, `20s` or `2m`; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? []
  return number ? Math.round(Number(number) * { ms: 1, s: 1000, m: 60_000 }[unit as 'ms' | 's' | 'm']) : undefined
}
