import type { Payload } from '../../protocol/event.ts'
import { parsePattern } from '../../protocol/headmatter.ts'
import { FORM_STARTS, formRule, RE_FORM_GOES_ON } from './secret-forms.ts'
import { isSecretName } from './secret-names.ts'

/** What stands in place of a secret. */
const HIDDEN = '[redacted]'
/** The part of an address that holds a password. */
const RE_USER = /^[\w+.-]+:\/\/([^/@\s]*:[^/@\s]+)@/
/** Shorter values are words that stand anywhere. */
const SHORTEST = 8
const KEY_BEGIN = '-----BEGIN '
const RE_PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g
/** One that was not written to its end. */
const RE_OPEN_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*$/
/** RFC 6750 §2.1 and RFC 7617 §2: a word, then the token's own alphabet. */
const RE_BEARER = /\b(bearer\s+|authorization:\s*basic\s+)[\w.~+/-]{8,}=*/gi
/** RFC 7519: two parts that begin as JSON does, and a signature. */
const RE_JWT = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g
/** The end of a text that may go on as a secret. */
const RE_MAY_GO_ON = /(?:\b(?:bearer|authorization:\s*basic)\s+[\w.~+/-]*=*|\beyJ[\w.-]*)$/i
/** As many characters of a secret's start are no accident, and wait for the rest of it however long that takes. */
const LIKELY = 4
/** What may lie between two characters of a text that is shown with colours: ECMA-48, SGR. */
const SGR = '(?:\\x1B\\[[\\d;:]*m)*'
/** Longer output in one piece was cut by a buffer, not by the program. */
const CUT = 1024
/** More than this is not kept back, in characters. */
const MOST_HELD = 64 * 1024

/** One thing that is replaced. */
export interface Rule { pattern: RegExp, by: string }

/** Takes secrets out of texts. */
export interface Redactor {
  rules: readonly Rule[]
  text: (text: string) => string
  /** Every string of a payload but output, which comes in pieces. */
  payload: <P extends Payload>(payload: P) => P
  /** For output in pieces: a secret may lie across two of them. */
  stream: () => RedactedStream
}

export interface RedactedStream {
  /** What may be shown by now; the rest is kept back as long as it may be the start of a secret. */
  push: (data: string) => string
  /**
   * What of the rest may be shown where nothing came for a while: a letter that was typed, but not the larger part of a
   * secret.
   */
  idle: () => string
  /** All of the rest: nothing comes any more. */
  flush: () => string
}

export interface RedactorOptions {
  /** Patterns of the headmatter; see {@link parsePattern}. */
  patterns?: readonly string[]
  /** Variables: those whose names say that they are secret, and addresses with a password. */
  env?: Record<string, string | undefined>
  /** Addresses that may hold a password. */
  urls?: readonly string[]
}

/** A redactor for the secrets of one session. */
export function createRedactor({ patterns = [], env = {}, urls = [] }: RedactorOptions): Redactor {
  const values = secretValues(env, urls)
  const coded = values.map(toBase64)
  const own = patterns.map(parsePattern)
  const rules: Rule[] = [
    ...values.length ? [{ pattern: new RegExp([...values.map(value => [...value].map(escapeRegExp).join(SGR)), ...coded.map(value => `${escapeRegExp(value)}[\\w+/]{0,3}={0,2}`)].join('|'), 'g'), by: HIDDEN }] : [],
    ...own.map(pattern => ({ pattern, by: HIDDEN })),
    { pattern: RE_PRIVATE_KEY, by: HIDDEN },
    { pattern: RE_BEARER, by: `$1${HIDDEN}` },
    { pattern: RE_JWT, by: HIDDEN },
    formRule(HIDDEN),
  ]
  const text = (given: string): string => applyRules(given, rules)
  const starts = [...values, ...coded, KEY_BEGIN, 'eyJ', 'bearer ', 'Bearer ', 'BEARER ', 'Authorization: Basic ', 'authorization: Basic ', ...FORM_STARTS]

  /** From where on `pending` may be the start of something that the rules replace. */
  function holdFrom(pending: string, cut: boolean): number {
    let from = pending.length
    for (const start of starts) {
      for (let length = Math.min(start.length - 1, pending.length); length > 0; length--) {
        if (start.startsWith(pending.slice(-length)) && pending.length - length < from)
          from = pending.length - length
      }
    }
    const key = pending.lastIndexOf(KEY_BEGIN)
    if (key >= 0 && !/-----END [A-Z ]*PRIVATE KEY-----/.test(pending.slice(key)) && /^-----BEGIN [A-Z ]*(?:-|PRIVATE KEY-----|$)/.test(pending.slice(key)))
      from = Math.min(from, key)
    for (const goesOn of [RE_MAY_GO_ON, RE_FORM_GOES_ON])
      from = Math.min(from, goesOn.exec(pending)?.index ?? from)
    if (own.length && cut)
      from = Math.min(from, pending.lastIndexOf('\n') + 1)
    // The end of one secret may look like the start of another: what is complete goes as a whole.
    for (const { pattern } of rules) {
      for (const { index, 0: match } of pending.matchAll(pattern)) {
        if (index < from && index + match.length > from)
          from = index + match.length
      }
    }
    return pending.length - from > MOST_HELD ? pending.length : from
  }

  /** Whether what is kept back begins as a secret does, beyond chance, and is not replaced as it stands. */
  function isLikely(pending: string): boolean {
    const known = pending.length >= LIKELY && [...values, ...coded].some(value => value.startsWith(pending))
    const begins = /^(?:bearer\s+\S|authorization:\s*basic\s+\S|eyJ\w)/i.test(pending) || RE_FORM_GOES_ON.test(pending)
    const token = begins && text(pending) === pending
    return known || token || pending.startsWith(KEY_BEGIN)
  }

  return {
    rules,
    text,
    payload: payload => mapStrings(payload, text),
    stream: () => createStream({ text, holdFrom, isLikely }),
  }
}

/** How a stream is judged: what of it is replaced, and what has to wait. */
interface StreamRules {
  text: (text: string) => string
  holdFrom: (pending: string, cut: boolean) => number
  isLikely: (pending: string) => boolean
}

function createStream({ text, holdFrom, isLikely }: StreamRules): RedactedStream {
  // What came since nothing could go on as a secret any more, and what of that was shown.
  let pending = ''
  let shown = ''
  /** What is new in `redacted`, which is all that `pending` shows up to now. */
  const unseen = (redacted: string): string => redacted.startsWith(shown) ? redacted.slice(shown.length) : redacted
  return {
    push(data) {
      pending += data
      const from = holdFrom(pending, data.length >= CUT)
      const complete = text(pending.slice(0, from))
      pending = pending.slice(from)
      if (shown.startsWith(complete)) {
        shown = shown.slice(complete.length)
        return ''
      }
      const rest = unseen(complete)
      shown = ''
      return rest
    },
    idle() {
      if (isLikely(pending))
        return ''
      const redacted = text(pending)
      const rest = unseen(redacted)
      shown = redacted
      return rest
    },
    flush() {
      const rest = unseen(text(pending).replace(RE_OPEN_KEY, HIDDEN))
      pending = ''
      shown = ''
      return rest
    },
  }
}

/** `text` with what the rules name replaced, one rule after the other. */
export function applyRules(text: string, rules: readonly Rule[]): string {
  return rules.reduce((redacted, { pattern, by }) => redacted.replace(pattern, by), text)
}

/** A copy of `value` with `map` applied to every string in it but the keys. */
export function mapStrings<T>(value: T, map: (text: string) => string): T {
  if (typeof value === 'string')
    return map(value) as T
  if (Array.isArray(value))
    return value.map(item => mapStrings(item as unknown, map)) as T
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item as unknown, map)])) as T
  return value
}

/** Longest first: one may hold another. */
function secretValues(env: Record<string, string | undefined>, urls: readonly string[]): string[] {
  const users = [...Object.values(env), ...urls].flatMap(url => RE_USER.exec(url ?? '')?.[1] ?? [])
  const values = Object.entries(env).flatMap(([name, value]) => value && isSecretName(name) ? value.split(/\r?\n/) : [])
  const known = values.map(value => value.trim()).filter(value => value.length >= SHORTEST)
  return [...new Set([...known, ...users])].sort((a, b) => b.length - a.length)
}

/** As a Secret of Kubernetes shows it, without the end, which depends on what follows the value. */
function toBase64(value: string): string {
  const bytes = Buffer.from(value)
  return bytes.subarray(0, bytes.length - bytes.length % 3).toString('base64')
}

export function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
