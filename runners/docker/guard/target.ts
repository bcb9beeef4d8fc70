import { malformed } from './refusal.ts'

/** Parameters of a request's query, in the order in which they came. */
export type Query = [name: string, value: string][]

/** The path and the query of a request, decoded once. */
export interface Target {
  /** As the client wrote it: `1.41`; undefined where it wrote none. */
  version?: string
  segments: string[]
  query: Query
}

/** The versions of the API whose fields and answers the guard knows. */
export const OLDEST_API = '1.24'
export const NEWEST_API = '1.51'

/**
 * Reads a request's target as strictly as the guard writes it: what engines would resolve, clean or redirect
 * – dots, empty segments, a scheme – is no path of theirs.
 */
export function parseTarget(url: string): Target {
  if (!url.startsWith('/'))
    throw malformed('the request\'s target is no path')
  const at = url.indexOf('?')
  const [path, query] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
  // As engines do: decoded first, then divided, so that `a%2Fb` is `a/b`.
  const segments = decode(path).slice(1).split('/')

  if (segments.some(segment => !isSegment(segment) || /[\0-\x20\\?#\x7F-\u{10FFFF}]/u.test(segment)))
    throw malformed(`${JSON.stringify(path)} is no path of the API`)
  const [, version] = /^v(\d{1,3}\.\d{1,3})$/.exec(segments[0]!) ?? []
  return { version, segments: version ? segments.slice(1) : segments, query: parseQuery(query) }
}

function isSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..'
}

function parseQuery(text: string): Query {
  return text.split('&').filter(Boolean).map((pair) => {
    const at = pair.indexOf('=')
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))]
  })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  }
  catch {
    throw malformed(`${JSON.stringify(text)} is badly encoded`)
  }
}

/** The target as the guard sends it on. */
export function formatTarget({ version, segments, query }: Required<Target>): string {
  if (!segments.every(isSegment))
    throw malformed(`${JSON.stringify(segments.join('/'))} is no path of the API`)
  const path = [`v${version}`, ...segments].map(encodeURIComponent).join('/')
  return `/${path}${query.length ? `?${query.map(pair => pair.map(encodeURIComponent).join('=')).join('&')}` : ''}`
}

/** Below zero if version `a` is older than `b`, above if it is newer. */
export function compareVersions(a: string, b: string): number {
  const [majorA, minorA] = a.split('.').map(Number)
  const [majorB, minorB] = b.split('.').map(Number)
  return majorA! - majorB! || minorA! - minorB!
}
