import { StepError } from '../protocol/error.ts'

/** Why no answer came: a word for a line of many, and the whole sentence. */
export class RequestFault extends StepError {
  readonly word: string

  constructor(word: string, message: string, hint: string, options?: ErrorOptions) {
    super('unreachable', message, hint, options)
    this.word = word
  }
}

type Words = [word: string, message: (host: string) => string, hint: string]

const REFUSED: Words = ['refused', host => `nothing listens at ${host}: the connection was refused`, 'Start what should answer there, then run this step again.']
const UNKNOWN: Words = ['no such host', host => `there is no host ${host}: no container of this session, and no name in DNS`, 'A name is the id of a {container} step, which must run; write it into needs=.']
const CLOSED: Words = ['cut off', host => `${host} closed the connection without an answer`, 'Does it speak HTTP on this port, and has it started?']
const NO_WAY: Words = ['no way there', host => `there is no way to ${host}`, 'Is it on a network that this machine is on?']
const NO_HTTP: Words = ['no HTTP', host => `what ${host} answers is not HTTP`, 'Is it the right port, and http or https as it should be?']
const NO_TRUST: Words = ['not trusted', host => `the certificate of ${host} is not trusted`, 'Ask over http, or let its authority be known: NODE_EXTRA_CA_CERTS.']

const BY_CODE: Record<string, Words> = {
  ECONNREFUSED: REFUSED,
  ENOTFOUND: UNKNOWN,
  EAI_AGAIN: UNKNOWN,
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  EPROTO: NO_HTTP,
}

/** What Node says of a request without an answer, in words; `late` is the time limit that has passed, in ms. */
export function toFault(error: unknown, host: string, late?: number): RequestFault {
  if (late !== undefined)
    return new RequestFault('no answer', `${host} does not answer within ${late / 1000} s`, 'Is it reachable from this machine?', { cause: error })
  const { code = '', message } = error as { code?: string, message: string }
  const [word, toMessage, hint] = BY_CODE[code] ?? (code.startsWith('HPE_') || code.startsWith('ERR_SSL') ? NO_HTTP : /CERT|SELF_SIGNED|UNABLE_TO/.test(code) ? NO_TRUST : [message, h => `the request to ${h} failed: ${message}`, ''])
  return new RequestFault(word, toMessage(host), hint, { cause: error })
}
