import type { ContainerSpec } from '../protocol/step.ts'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { parseDuration, parseSize } from '../protocol/headmatter.ts'
import { suggestion } from '../protocol/suggest.ts'

const words = z.union([z.string(), z.array(z.string())]).transform(value => typeof value === 'string' ? splitCommand(value) : value)
const size = z.union([z.string(), z.number()]).transform(value => parseSize(String(value)))
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms === undefined) {
    context.addIssue(`${text} is no duration: write 500ms, 1s or 2m`)
    return z.NEVER
  }
  return ms
})

const serviceSchema = z.strictObject({
  image: z.string().min(1),
  command: words.optional(),
  entrypoint: words.optional(),
  ports: z.array(z.union([z.string(), z.number()]).transform((value, context) => {
    try {
      return parsePort(String(value))
    }
    catch (error) {
      context.addIssue((error as Error).message)
      return z.NEVER
    }
  })).default([]),
  environment: z.union([
    z.record(z.string(), scalar),
    z.array(z.string()).transform(list => Object.fromEntries(list.map(entry => [entry.split('=')[0]!, entry.split('=').slice(1).join('=')]))),
  ]).default({}),
  hostname: z.string().optional(),
  networks: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  cpus: z.coerce.number().positive().optional(),
  mem_limit: size.optional(),
  pids_limit: z.int().positive().optional(),
  healthcheck: z.strictObject({
    test: words,
    interval: duration.optional(),
    timeout: duration.optional(),
    retries: z.int().optional(),
  }).optional(),
})

/** A mistake in the YAML; `line` and `column` count from 1 within the fence. */
export interface YamlMistake { line: number, column: number, message: string, hint?: string }

/** One container in the words of a Compose service, or what is wrong with it. */
export function parseContainer(code: string): { spec: ContainerSpec } | { mistakes: YamlMistake[] } {
  const counter = new LineCounter()
  const document = parseDocument(code, { lineCounter: counter, uniqueKeys: true })
  if (document.errors.length) {
    return { mistakes: document.errors.map(({ pos, message }) => {
      const { line, col } = counter.linePos(pos[0])
      return { line, column: col, message: yamlSentence(message) }
    }) }
  }
  let value: unknown
  try {
    value = document.toJS()
  }
  catch (error) {
    // An alias without its anchor is found only here.
    return { mistakes: [{ line: 1, column: 1, message: (error as Error).message }] }
  }
  const parsed = serviceSchema.safeParse(value ?? {})
  if (parsed.success) {
    const { mem_limit: memory, pids_limit: pids, healthcheck, ...rest } = parsed.data
    return { spec: { ...rest, memory, pids, ...healthcheck && { healthcheck: { test: healthcheck.test, intervalMs: healthcheck.interval, timeoutMs: healthcheck.timeout, retries: healthcheck.retries } } } }
  }
  return { mistakes: parsed.error.issues.map((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path
    const node = document.getIn(keys as string[], true) as { range?: [number, number, number] } | undefined
    const { line, col } = counter.linePos(node?.range?.[0] ?? 0)
    return {
      line,
      column: Math.max(1, col),
      message: issue.code === 'unrecognized_keys' ? `unknown key ${issue.keys[0]}` : `${keys.join('.') || 'container'}: ${issue.message}`,
      hint: issue.code === 'unrecognized_keys' ? suggestion(issue.keys[0]!, Object.keys(serviceSchema.shape)) : undefined,
    }
  }) }
}

/** What the YAML parser says, without its own idea of the place. */
export function yamlSentence(message: string): string {
  return message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')
}

/** Compose's short port syntax: `[[IP:]HOST:]CONTAINER[/udp]`; throws RangeError. */
export function parsePort(text: string): ContainerSpec['ports'][number] {
  const match = /^(?:(?:(\[[^\]]+\]|[\w.]+):)?(\d*):)?(\d{1,5})(?:\/(tcp|udp))?$/.exec(text)
  if (!match)
    throw new RangeError(`${text} is no port: write 8080:80`)
  const [, hostIp = '', hostPort = '', containerPort, protocol = 'tcp'] = match
  return { hostIp: hostIp.replace(/^\[|\]$/g, ''), hostPort, containerPort: Number(containerPort), protocol: protocol as 'tcp' | 'udp' }
}

/** A command line as words; quotes group, backslashes escape. */
function splitCommand(text: string): string[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g)]
    .map(([word]) => word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double: string | undefined, single: string | undefined, escaped: string | undefined) => double?.replace(/\\(.)/g, '$1') ?? single ?? escaped ?? ''))
}
