import type { Scope } from '../scope.ts'
import type { Values } from './protobuf.ts'
import { parseReference } from '../reference.ts'

const DENY = 1n
const ALLOW = 0n
const REGEX = 2n

/**
 * The sources that a build of the session may use: its own files, and images that are on the engine. What the engine
 * would fetch from an address is refused: it would reach what listens on the presenter's loopback.
 */
export async function sourcePolicy({ engine }: Scope): Promise<Values> {
  const { body } = await engine.ask({ method: 'GET', segments: ['images', 'json'] })
  const names = (body as { RepoTags?: string[] | null, RepoDigests?: string[] | null }[] | undefined ?? [])
    .flatMap(({ RepoTags, RepoDigests }) => [...RepoTags ?? [], ...RepoDigests ?? []])
    .filter(name => !name.includes('<none>'))
  return {
    version: 1n,
    rules: [
      rule(DENY, '.*'),
      rule(ALLOW, '^local://'),
      ...names.flatMap(name => identifierOf(name) ?? []).map(identifier => rule(ALLOW, `^${identifier}(@sha256:[0-9a-f]{64})?$`)),
    ],
  }
}

/** The image as BuildKit names it, as a regular expression: `docker-image://docker\.io/library/alpine:3`. */
function identifierOf(name: string): string | undefined {
  try {
    const { domain, path, tag, digest } = parseReference(name)
    const version = digest ? `(:[\\w.-]+)?@${digest}` : `:${escape(tag ?? 'latest')}`
    return `docker-image://${escape(`${domain}/${path}`)}${version}`
  }
  catch {
    return undefined
  }
}

function escape(text: string): string {
  return text.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')
}

function rule(action: bigint, identifier: string): Values {
  return { action, selector: { identifier, matchType: REGEX } }
}
