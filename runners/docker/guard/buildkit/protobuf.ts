import { malformed, Refusal } from '../refusal.ts'

/** What a field holds: the length of the name says nothing, only its number goes over the wire. */
export type Kind = 'text' | 'bytes' | 'flag' | 'integer' | 'texts' | 'map' | Message | [Message] | { map: Message }

/** A message of protocol buffers: the fields that the guard knows, by number. */
export type Message = Readonly<Record<number, readonly [name: string, kind: Kind]>>

/** A message that was read: a field that is not set is not there. */
export type Values = Record<string, unknown>

const VARINT = 0
const FIXED64 = 1
const LENGTH = 2
const FIXED32 = 5

/** A field as it stands on the wire. */
interface Raw { number: number, wire: number, value: bigint | Buffer }

/** Messages hold messages; what a client nests deeper is no build. */
const DEEPEST = 8

/**
 * Reads a message. A field whose number it does not know is refused, unless it is empty: what nobody judged goes
 * nowhere.
 */
export function decode(message: Message, data: Buffer, at: string, depth = 0): Values {
  if (depth > DEEPEST)
    throw malformed(`${at} is nested too deeply`)
  const values: Values = {}
  for (const raw of readFields(data, at)) {
    const field = message[raw.number]
    if (field)
      setField(values, field, raw, `${at}.${field[0]}`, depth)
    else if (raw.value.valueOf() !== 0n && !(Buffer.isBuffer(raw.value) && !raw.value.length))
      throw new Refusal(403, `Kamishibai's guard refuses the field ${raw.number} of ${at}, which it does not know`)
  }
  return values
}

/** One field of a message of which nothing else matters; undefined where it is not set. */
export function peek(data: Buffer, number: number): Buffer | undefined {
  for (const raw of readFields(data, 'the message')) {
    if (raw.number === number && Buffer.isBuffer(raw.value))
      return raw.value
  }
  return undefined
}

/** The texts of one map of a message of which nothing else matters. */
export function peekMap(data: Buffer, number: number): Record<string, string> {
  const entries = [...readFields(data, 'the message')].filter(raw => raw.number === number && Buffer.isBuffer(raw.value))
  return Object.assign({}, ...entries.map(({ value }) => entryOf('text', value as Buffer, 'the message', 0))) as Record<string, string>
}

/** Writes a message anew; what is undefined or empty is left out, as its absence says the same. */
export function encode(message: Message, values: Values): Buffer {
  const parts: Buffer[] = []
  for (const [number, [name, kind]] of Object.entries(message)) {
    for (const raw of wireOf(kind, values[name]))
      parts.push(...writeField(BigInt(number), raw))
  }
  return Buffer.concat(parts)
}

function writeField(number: bigint, value: bigint | Buffer): Buffer[] {
  const tag = (wire: number): Buffer => varint(number << 3n | BigInt(wire))
  return Buffer.isBuffer(value) ? [tag(LENGTH), varint(BigInt(value.length)), value] : [tag(VARINT), varint(value)]
}

function setField(
  values: Values,
  [name, kind]: Message[number],
  { wire, value }: Raw,
  at: string,
  depth: number,
): void {
  const number = kind === 'flag' || kind === 'integer'
  // Repeated numbers may be packed; none of those that are known is repeated.
  if (number !== (wire === VARINT) || (!number && wire !== LENGTH))
    throw malformed(`${at} has the wrong form`)
  if (number)
    return void (values[name] = kind === 'flag' ? value !== 0n : BigInt.asIntN(64, value as bigint))
  const data = value as Buffer
  if (kind === 'text')
    values[name] = toText(data, at)
  else if (kind === 'bytes')
    values[name] = data
  else if (kind === 'texts')
    values[name] = [...values[name] as string[] ?? [], toText(data, at)]
  else if (Array.isArray(kind))
    values[name] = [...values[name] as Values[] ?? [], decode(kind[0], data, at, depth + 1)]
  else if (kind === 'map' || 'map' in kind)
    values[name] = { ...values[name] as Values, ...entryOf(kind === 'map' ? 'text' : kind.map as Message, data, at, depth) }
  else if (values[name])
    // Twice, engines would merge the two.
    throw malformed(`${at} stands there twice`)
  else
    values[name] = decode(kind as Message, data, at, depth + 1)
}

function entryOf(kind: Kind, data: Buffer, at: string, depth: number): Values {
  const { key = '', value } = decode({ 1: ['key', 'text'], 2: ['value', kind] }, data, at, depth + 1)
  return { [`${key as string}`]: value ?? (kind === 'text' ? '' : {}) }
}

/** What stands on the wire for a field: one thing for each time. */
function wireOf(kind: Kind, value: unknown): (bigint | Buffer)[] {
  if (value === undefined || value === '' || value === false || value === 0n)
    return []
  if (kind === 'flag')
    return [1n]
  if (kind === 'integer')
    return [BigInt.asUintN(64, value as bigint)]
  if (kind === 'text')
    return [Buffer.from(value as string)]
  if (kind === 'bytes')
    return [value as Buffer]
  if (kind === 'texts')
    return (value as string[]).map(text => Buffer.from(text))
  if (Array.isArray(kind))
    return (value as Values[]).map(item => encode(kind[0], item))
  if (kind === 'map' || 'map' in kind)
    return Object.entries(value as Values).map(([key, item]) => encode({ 1: ['key', 'text'], 2: ['value', kind === 'map' ? 'text' : kind.map as Message] }, { key, value: item }))
  return [encode(kind as Message, value as Values)]
}

function* readFields(data: Buffer, at: string): Generator<Raw> {
  let offset = 0

  function readVarint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = data[offset++]
      if (byte === undefined)
        break
      value |= BigInt(byte & 0x7F) << shift
      if (byte < 0x80)
        return BigInt.asUintN(64, value)
    }
    throw malformed(`${at} is no message`)
  }

  function readBytes(length: bigint): Buffer {
    if (length > BigInt(data.length - offset))
      throw malformed(`${at} ends too early`)
    const start = offset
    offset += Number(length)
    return data.subarray(start, offset)
  }

  while (offset < data.length) {
    const tag = readVarint()
    const number = Number(tag >> 3n)
    const wire = Number(tag & 7n)
    if (!number || number > 0x1FFFFFFF)
      throw malformed(`${at} is no message`)
    if (wire === VARINT)
      yield { number, wire, value: readVarint() }
    else if (wire === LENGTH)
      yield { number, wire, value: readBytes(readVarint()) }
    else if (wire === FIXED64 || wire === FIXED32)
      yield { number, wire, value: readBytes(wire === FIXED64 ? 8n : 4n) }
    else throw malformed(`${at} is no message`)
  }
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) {
      bytes.push(Number(rest))
      return Buffer.from(bytes)
    }
    bytes.push(Number(rest & 0x7Fn) | 0x80)
  }
}

function toText(data: Buffer, at: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data)
  }
  catch {
    throw malformed(`${at} is no text`)
  }
}
