import type { RequestSpec } from '../../protocol/request-spec.ts'
import { METHODS } from 'node:http'
import { nearest } from '../../protocol/suggest.ts'

/** A mistake in a request; `line` and `column` count from 1 within the fence. */
export interface RequestMistake { line: number, column: number, message: string, hint?: string }

/** Token of RFC 9110 §5.6.2. */
const TOKEN = '[\\w!#$%&\'*+.^`|~-]+'
const RE_REQUEST = new RegExp(`^(?:(${TOKEN})[ \\t]+)?(\\S+)(?:[ \\t]+HTTP/\\d(?:\\.\\d)?)?[ \\t]*$`)
const RE_HEADER = new RegExp(`^(${TOKEN}):[ \\t]*(.*?)[ \\t]*$`)
const RE_COMMENT = /^(?:#|\/\/)/
const RE_VIA = /^(?:https?:\/\/)?((?:pod|service)\/[a-z\d][a-z\d.-]*(?::\d+)?)(\/.*)?$/
const RE_NAME = /^[\w.-]+(?::\d+)?(?:[/?].*)?$/
const FORM = 'Write GET http://localhost:8080/, then headers, an empty line and the body.'
/** Headers that Node computes, and that contradict a connection of its own for each request. */
const OWN_HEADERS = new Set(['content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect', 'te', 'trailer'])

/** The requests of an `.http` text, separated by lines that begin with `###`, or what is wrong with it. */
export function parseRequests(code: string): { requests: RequestSpec[] } | { mistakes: RequestMistake[] } {
  const requests: RequestSpec[] = []
  const mistakes: RequestMistake[] = []
  const lines = code.split(/\r?\n/)
  for (let from = 0; from < lines.length;) {
    const next = lines.findIndex((line, i) => i >= from && line.startsWith('###'))
    const to = next < 0 ? lines.length : next
    const request = parseRequest(
      lines.slice(from, to),
      (line, message, hint, column = 1) => void mistakes.push({ line: from + line + 1, column, message, hint }),
    )
    if (request)
      requests.push(request)
    from = to + 1
  }
  if (!requests.length && !mistakes.length)
    mistakes.push({ line: 1, column: 1, message: 'there is no request', hint: FORM })
  return mistakes.length ? { mistakes } : { requests }
}

type Report = (line: number, message: string, hint?: string, column?: number) => void

/** The one request in `lines`; undefined where there is none, or a faulty one. */
function parseRequest(lines: string[], report: Report): RequestSpec | undefined {
  const first = lines.findIndex(line => !isNothing(line))
  if (first < 0)
    return undefined
  const [, method = 'GET', target] = RE_REQUEST.exec(lines[first]!) ?? []
  if (!target) {
    report(first, `${JSON.stringify(lines[first])} is no request`, FORM)
    return undefined
  }
  if (!METHODS.includes(method)) {
    const near = nearest(method, METHODS)
    report(first, `${method} is no method`, near ? `Did you mean ${near}?` : FORM)
  }
  const blank = lines.findIndex((line, i) => i > first && !line.trim())
  const end = blank < 0 ? lines.length : blank
  const headers = parseHeaders(lines.slice(first + 1, end), (line, ...mistake) => report(first + 1 + line, ...mistake))
  const body = lines.slice(end + 1).join('\n').trimEnd()
  if (/^<\s/.test(body))
    report(end + 1, 'a body from a file is not supported', 'Write the body into the fence, or import the fence with <<<.')
  const place = toUrl(target, headers)
  if (!place) {
    report(first, `${target} is no address`, FORM, lines[first]!.indexOf(target) + 1)
    return undefined
  }
  return { method, ...place, headers: headers.filter(([name]) => !target.startsWith('/') || name.toLowerCase() !== 'host'), ...body && { body } }
}

function parseHeaders(lines: string[], report: Report): RequestSpec['headers'] {
  return lines.flatMap((line, i): RequestSpec['headers'] => {
    if (isNothing(line))
      return []
    const [, name, value] = RE_HEADER.exec(line) ?? []
    if (name && !OWN_HEADERS.has(name.toLowerCase()))
      return [[name, value!]]
    if (name)
      report(i, `the header ${name} is not the request's to set`, 'Leave it out: each request has a connection of its own and the length of its body.')
    else
      report(i, `${JSON.stringify(line)} is no header`, 'Write Name: value; an empty line stands before the body.')
    return []
  })
}

function isNothing(line: string): boolean {
  return !line.trim() || RE_COMMENT.test(line)
}

/** `http://…`, `NAME:PORT/…`, `pod/NAME:PORT/…`, or, with a Host header, `/…`. */
function toUrl(target: string, headers: RequestSpec['headers']): { url: string, via?: string } | undefined {
  const [, via, path = '/'] = RE_VIA.exec(target) ?? []
  if (via)
    return { url: `http://${via.split('/')[1]}${path}`, via }
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const text = target.startsWith('/') ? host && `http://${host}${target}` : RE_NAME.test(target) ? `http://${target}` : target
  const url = text && URL.canParse(text) ? new URL(text) : undefined
  return url && /^https?:$/.test(url.protocol) && !url.username ? { url: url.href } : undefined
}

/** Requests a second of `10/s` or `90/m`; throws RangeError. */
export function parseRate(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\/([sm])$/.exec(text) ?? []
  const rate = Number(number) / (unit === 'm' ? 60 : 1)
  if (!(rate > 0 && rate <= 1000))
    throw new RangeError(`${text} is no rate: write 10/s or 90/m, 1000 a second at most`)
  return rate
}

/** The header's name in `header:NAME`, in lower case; throws RangeError. */
export function parseBy(text: string): string {
  const [, name] = new RegExp(`^header:(${TOKEN})$`).exec(text) ?? []
  if (!name)
    throw new RangeError(`${text} says not who answered: write header:x-served-by`)
  return name.toLowerCase()
}
