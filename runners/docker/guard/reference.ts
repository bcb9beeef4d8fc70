import { malformed } from './refusal.ts'

/** The name of an image, whole: `docker.io/library/alpine`, and its tag or digest. */
export interface Reference { domain: string, path: string, tag?: string, digest?: string }

const RE_PATH = /^[a-z\d]+(?:(?:\.|_{1,2}|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:\.|_{1,2}|-+)[a-z\d]+)*)*$/
const RE_DOMAIN = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*|\[[\da-f:]+\])(?::\d+)?$/i
const RE_TAG = /^\w[\w.-]{0,127}$/
const RE_DIGEST = /^[a-z\d]+(?:[.+_-][a-z\d]+)*:[\da-f]{32,}$/i

/** Reads the name of an image as engines do; source: distribution/reference `ParseNormalizedNamed`. */
export function parseReference(text: string): Reference {
  const [name, digest] = splitAt(text, text.indexOf('@'))
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  const [full, tag] = splitAt(name, colon)
  const slash = full.indexOf('/')
  const first = slash < 0 ? '' : full.slice(0, slash)
  const hasDomain = first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first
  const domain = !hasDomain || first === 'index.docker.io' ? 'docker.io' : first
  const rest = hasDomain ? full.slice(slash + 1) : full
  const path = domain === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest
  if (!RE_DOMAIN.test(domain) || !RE_PATH.test(path) || (tag !== undefined && !RE_TAG.test(tag)) || (digest !== undefined && !RE_DIGEST.test(digest)) || /^[\da-f]{64}$/.test(full))
    throw malformed(`invalid reference format: ${JSON.stringify(text)}`)
  return { domain, path, tag, digest }
}

function splitAt(text: string, at: number): [string, string | undefined] {
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

/** A reference to one image, as engines list it: `alpine:latest`, `localhost:5001/hello:1`, `alpine@sha256:…`. */
export function formatReference({ domain, path, tag, digest }: Reference): string {
  const name = domain === 'docker.io' ? path.replace(/^library\//, '') : `${domain}/${path}`
  return digest ? `${name}@${digest}` : `${name}:${tag ?? 'latest'}`
}
