import type { Scope } from '../scope.ts'
import type { Builds } from './builds.ts'
import type { Values } from './protobuf.ts'
import { forbidden, malformed } from '../refusal.ts'
import { judgeCache, judgeFrontend } from './frontend.ts'
import { bridgeSolve, controlSolve } from './messages.ts'
import { sourcePolicy } from './policy.ts'
import { decode, encode } from './protobuf.ts'

type Attributes = Record<string, string> | undefined
interface Typed { type?: string, attributes?: Record<string, string> }

/** A Solve as it is sent on, and the names that it gives to its image. */
export interface Solve { message: Buffer, ref: string, tags: string[] }

/** The frontend of those clients that name it to the bridge only. */
const DOCKERFILE = 'dockerfile.v0'
/** Entitlements, and the grant that each needs. */
const ENTITLEMENTS = { 'network.host': 'host-network', 'security.insecure': 'privileged' } as const

/** What an exporter of images may be told; its names are judged as tags. */
const EXPORTER_ATTRIBUTES = /^(?:name|unpack|compression|compression-level|force-compression|oci-mediatypes|oci-artifact|prefer-image-digest|rewrite-timestamp|attestation-prefix|annotation(?:-[a-z-]+)?(?:\[[^\]]*\])?\..+)$/
/** These hand what was built to the client, which writes it. */
const TO_CLIENT = ['docker', 'oci', 'tar', 'local']

/** What is sent by its older name too, or is more than a Dockerfile: in either message it may only be empty. */
const NEVER: Record<string, string> = {
  definition: 'a build without a Dockerfile',
  frontendInputs: 'a build that stands on another one',
  exporterAttributes: 'an output by its older field',
  sourcePolicy: 'a source policy of the client',
  sourcePolicies: 'a source policy of the client',
  sourcePolicySession: 'a source policy of the client',
  enableSessionExporter: 'outputs that the client names later',
  proxyNetwork: 'the network of a proxy',
}

/** Judges `Control/Solve`, which says what becomes of the build. */
export async function judgeControlSolve(data: Buffer, scope: Scope, builds: Builds): Promise<Solve> {
  const asked = decode(controlSolve, data, 'SolveRequest')
  refuseEmptied(asked, scope)
  const { ref = '', session = '', frontend, entitlements, exporters, internal, compatibilityVersion } = asked
  const { exporterDeprecated, exporterAttributesDeprecated } = asked
  if (!ref)
    throw malformed('a build needs a ref')
  if (session && !await builds.sessions.comes(session as string))
    throw malformed(`no such session: ${session as string}`)
  for (const name of entitlements as string[] | undefined ?? [])
    judgeEntitlement(name, scope)
  // Engines before 25 know one output only, in the older fields; clients send both.
  const only = exporterDeprecated || exporterAttributesDeprecated
    ? [{ type: exporterDeprecated, attributes: exporterAttributesDeprecated } as Typed]
    : []
  const tags = [...exporters as Typed[] | undefined ?? [], ...only].flatMap(output => judgeExporter(output, scope))
  return {
    message: encode(controlSolve, {
      ref,
      session,
      frontend,
      frontendAttributes: await judgeFrontend(
        frontend as string || DOCKERFILE,
        asked.frontendAttributes as Attributes,
        scope,
        builds,
      ),
      cache: judgeCacheOptions(asked.cache as Values | undefined, scope),
      entitlements,
      exporters,
      exporterDeprecated,
      exporterAttributesDeprecated,
      sourcePolicy: await sourcePolicy(scope),
      internal,
      compatibilityVersion,
    }),
    ref: ref as string,
    tags: [...new Set(tags)],
  }
}

/** Judges `LLBBridge/Solve`, by which clients say what is built. The policy of the build it belongs to holds here. */
export async function judgeBridgeSolve(data: Buffer, scope: Scope, builds: Builds): Promise<Buffer> {
  const { frontend, frontendAttributes, cacheImports, ...rest } = decode(bridgeSolve, data, 'SolveRequest')
  refuseEmptied(rest, scope)
  judgeCache(cacheImports as Typed[] | undefined ?? [], scope)
  const { allowResultReturn, allowResultArrayRef, final, evaluate } = rest
  return encode(bridgeSolve, {
    frontend,
    frontendAttributes: await judgeFrontend(frontend as string ?? '', frontendAttributes as Attributes, scope, builds),
    cacheImports,
    allowResultReturn,
    allowResultArrayRef,
    final,
    evaluate,
  })
}

function refuseEmptied(values: Values, { step }: Scope): void {
  for (const [name, what] of Object.entries(NEVER)) {
    const value = values[name]
    if (value === true || Object.keys(value ?? {}).length)
      throw forbidden(`${what} (${name})`, `unguarded:${step}`)
  }
}

function judgeEntitlement(name: string, { grants, step }: Scope): void {
  const grant = Object.hasOwn(ENTITLEMENTS, name) ? ENTITLEMENTS[name as keyof typeof ENTITLEMENTS] : undefined
  if (!grant || !grants.has(grant, step))
    throw forbidden(`the entitlement ${name} of a build`, `${grant ?? 'unguarded'}:${step}`)
}

/** Returns the names that the exporter gives on the engine. */
function judgeExporter({ type = '', attributes = {} }: Typed, { step }: Scope): string[] {
  if (TO_CLIENT.includes(type))
    return []
  if (type !== 'moby' && type !== 'image')
    throw forbidden(`the output ${JSON.stringify(type)} of a build`, `unguarded:${step}`)
  for (const [name, value] of Object.entries(attributes)) {
    if (!EXPORTER_ATTRIBUTES.test(name) && value !== '' && value !== 'false')
      throw forbidden(`the attribute ${JSON.stringify(name)} of an image's output`, `unguarded:${step}`)
  }
  return (attributes.name ?? '').split(',').filter(Boolean)
}

function judgeCacheOptions(cache: Values | undefined, scope: Scope): Values | undefined {
  if (!cache)
    return undefined
  const { exports, imports, ...deprecated } = cache
  if (Object.values(deprecated).some(value => Object.keys(value as object).length))
    throw forbidden('a cache of builds by its older fields', `unguarded:${scope.step}`)
  judgeCache([...exports as Typed[] ?? [], ...imports as Typed[] ?? []], scope)
  return { exports, imports }
}
