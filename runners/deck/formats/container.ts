import type { ContainerSpec } from '../../protocol/container-spec.ts'
import type { YamlMistake } from './yaml-mistakes.ts'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { parseDuration, parseSize } from '../../protocol/headmatter.ts'
import { suggestion } from '../../protocol/suggest.ts'
import { containerMistakes } from './container-mistakes.ts'
import { syntaxMistakes } from './yaml-mistakes.ts'

const words = z.union([z.string(), z.array(z.string())]).transform(value => typeof value === 'string' ? splitCommand(value) : value)
const size = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    return parseSize(String(value))
  }
  catch {
    context.addIssue(`${value} is no size: write 64m or 1g`)
    return z.NEVER
  }
})
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms === undefined) {
    context.addIssue(`${text} is no duration: write 500ms, 1s or 2m`)
    return z.NEVER
  }
  return ms
})

const endpointSchema = z.strictObject({
  aliases: z.array(z.string().min(1)).default([]),
  ipv4_address: z.ipv4().refine(isPrivate, 'not an address of a private network: take one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16').optional(),
}).nullable()

const healthcheckSchema = z.strictObject({
  test: words,
  interval: duration.optional(),
  timeout: duration.optional(),
  retries: z.int().optional(),
  start_period: duration.optional(),
})

/** Compose's two forms of networks; mistakes in either keep their place. */
const networks = z.unknown().transform((value, context) => {
  const parsed = (Array.isArray(value) ? z.array(z.string()) : z.record(z.string(), endpointSchema)).safeParse(value)
  if (parsed.success)
    return parsed.data
  for (const issue of parsed.error.issues)
    context.issues.push({ ...issue, input: value } as never)
  return z.NEVER
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
  networks: networks.default([]),
  volumes: z.array(z.string()).default([]),
  cpus: z.coerce.number().positive().optional(),
  mem_limit: size.optional(),
  pids_limit: z.int().positive().optional(),
  healthcheck: healthcheckSchema.optional(),
})

/** One container in the words of a Compose service, or what is wrong with it. */
export function parseContainer(code: string): { spec: ContainerSpec } | { mistakes: YamlMistake[] } {
  const counter = new LineCounter()
  const document = parseDocument(code, { lineCounter: counter, uniqueKeys: true })
  if (document.errors.length)
    return { mistakes: syntaxMistakes(document, counter) }
  let value: unknown
  try {
    value = document.toJS()
  }
  catch (error) {
    // An alias without its anchor is found only here.
    return { mistakes: [{ line: 1, column: 1, message: (error as Error).message }] }
  }
  const parsed = serviceSchema.safeParse(value ?? {})
  if (parsed.success)
    return { spec: toSpec(parsed.data) }
  return { mistakes: containerMistakes(parsed.error.issues, document, counter, hintFor) }
}

function toSpec({
  mem_limit: memory,
  pids_limit: pids,
  healthcheck,
  networks,
  ...rest
}: z.infer<typeof serviceSchema>): ContainerSpec {
  const named = Array.isArray(networks) ? undefined : Object.entries(networks)
  return {
    ...rest,
    memory,
    pids,
    networks: Array.isArray(networks) ? networks : Object.keys(networks),
    ...(named && {
      endpoints: Object.fromEntries(
        named.map(([name, endpoint]) => [name, { aliases: endpoint?.aliases ?? [], ipv4: endpoint?.ipv4_address }]),
      ),
    }),
    ...(healthcheck && {
      healthcheck: {
        test: healthcheck.test,
        intervalMs: healthcheck.interval,
        timeoutMs: healthcheck.timeout,
        retries: healthcheck.retries,
        startPeriodMs: healthcheck.start_period,
      },
    }),
  }
}

/** What may stand in the place of an unknown key. */
function hintFor(key: string, [place]: PropertyKey[]): string {
  const schema = place === 'healthcheck' ? healthcheckSchema : place === 'networks' ? endpointSchema.unwrap() : serviceSchema
  return suggestion(key, Object.keys(schema.shape))
}

/** The networks that no host elsewhere has; source: RFC 1918. */
function isPrivate(address: string): boolean {
  return /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(address)
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
