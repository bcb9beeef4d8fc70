import { z } from 'zod'
import { isShell } from './program.ts'

/** Variables that a session sets itself: handing on the presenter's would lead a shell past the guard. */
const OWN_VARIABLES = /^(?:DOCKER_(?:HOST|CONTEXT|CONFIG|BUILDKIT|TLS|TLS_VERIFY|CERT_PATH)|KUBECONFIG|HOME|KAMISHIBAI_STATE)$/
const RE_SIZE = /^(\d+(?:\.\d+)?)([bkmg]?)$/i
/** The least memory that Docker gives a container, in bytes. */
const LEAST_MEMORY = 6 * 1024 * 1024

const duration = z.string({ error: 'write a duration like 500ms, 20s or 2m' }).regex(/^\d+(?:\.\d+)?(?:ms|s|m)$/, 'write a duration like 500ms, 20s or 2m')
const memory = z.union([z.string(), z.number().transform(String)], { error: 'write a size like 256m' })
  .refine(text => RE_SIZE.test(text), { error: 'write a size like 256m', abort: true })
  .refine(text => parseSize(text) >= LEAST_MEMORY, 'no container runs with less than 6m')
const list = <T extends z.ZodType>(item: T): z.ZodDefault<z.ZodArray<T>> => z.array(item, { error: 'write a list: [one, two]' }).default([] as never)
const whole = (most: number): z.ZodInt => z.int({ error: 'write a whole number' }).min(1, 'write 1 or more').max(most, `write ${most} or less`)

/** The deck's own settings: the key `kamishibai` of the headmatter. An unknown key is an error. */
export const settingsSchema = z.strictObject({
  mode: z.enum(['auto', 'live', 'replay']).default('auto').describe('Whether steps run live, play their recordings, or run live where an engine answers'),
  contexts: list(z.string({ error: 'write the name of a context' }).regex(/^\S+$/, 'write the name of a context').regex(/[^*]/, 'name the contexts: a pattern for all of them would reach every cluster')).describe('Kubernetes contexts beyond the allow-list'),
  env: list(z.string({ error: 'write the name of a variable' }).regex(/^[A-Z_]\w*$/i, 'write the name of a variable: letters, digits and _').refine(name => !OWN_VARIABLES.test(name), 'the session sets it itself; what a step may do beyond the guard stands in grants')).describe('Names of environment variables that shells may see'),
  /** See {@link parsePattern}. */
  redact: list(z.string({ error: 'write a regular expression in quotes' }).check(({ value, issues }) => {
    try {
      parsePattern(value)
    }
    catch (error) {
      issues.push({ code: 'custom', input: value, message: (error as Error).message })
    }
  })).describe('Regular expressions whose matches are removed before anything is written or sent'),
  confine: z.boolean({ error: 'write true or false' }).default(false).describe('Whether shells see only the deck\'s folder and the system\'s, read-only; on Linux. Where that cannot be had, none runs'),
  pull: z.enum(['never', 'ask']).default('never').describe('What happens when an image is missing'),
  limits: z.strictObject({
    memory: memory.default('256m'),
    cpus: z.number({ error: 'write a number of cores like 0.5' }).positive('write more than 0').max(1024, 'write 1024 or less').default(1),
    pids: whole(4_194_304).default(256),
    outputMiB: z.number({ error: 'write a number of MiB' }).positive('write more than 0').max(256, 'write 256 or less: a recording is no larger').default(64).describe('Output of one run that is kept, in MiB; more ends the run'),
  }).prefault({}).describe('What each container may take where its step does not say'),
  defaults: z.strictObject({
    timeout: duration.optional(),
    rows: whole(200).optional(),
    cols: whole(500).optional(),
    fallback: z.enum(['ask', 'auto', 'off']).optional(),
  }).prefault({}).describe('Options of all steps that do not say otherwise'),
  run: z.record(z.string(), z.string({ error: 'write the command that runs it' }).refine(text => text.trim(), 'write the command that runs it'))
    .check(({ value, issues }) => {
      for (const lang of Object.keys(value).filter(isShell))
        issues.push({ code: 'custom', input: value[lang], path: [lang], message: 'a shell runs itself; a program of another name needs a language of its own' })
    })
    .default({})
    .describe('Languages of {run} beside sh, bash, zsh, python, js and ts, each with the command that gets its code as a file'),
  /** See `GRANT_FORMS`. */
  grants: list(z.string({ error: 'write it without a blank behind its colons, or in quotes' })).describe('What single steps may do beyond the guard, like mount:PATH:rw:STEP'),
})
export type Settings = z.infer<typeof settingsSchema>

/** A pattern of `redact`: `token-\w+`, or `/token-\w+/i` with flags; throws RangeError with what is wrong. */
export function parsePattern(text: string): RegExp {
  const [, source = text, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? []
  let pattern: RegExp
  try {
    pattern = new RegExp(source, flags.includes('g') ? flags : `${flags}g`)
  }
  catch (error) {
    throw new RangeError((error as Error).message.replace(/^Invalid regular expression: /, ''), { cause: error })
  }
  if (''.search(pattern) === 0)
    throw new RangeError('it matches the empty text, so it would stand between all letters')
  return pattern
}

/** Bytes of a size like `256m`; a bare number is bytes. */
export function parseSize(text: string): number {
  const [, number, unit] = RE_SIZE.exec(text) ?? []
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
