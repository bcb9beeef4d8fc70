import type { Message, Values } from '../../../../../runners/docker/guard/buildkit/protobuf.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, peek, peekMap } from '../../../../../runners/docker/guard/buildkit/protobuf.ts'

const inner: Message = { 1: ['name', 'text'], 2: ['attributes', 'map'] }
const message: Message = {
  1: ['name', 'text'],
  2: ['data', 'bytes'],
  3: ['on', 'flag'],
  4: ['count', 'integer'],
  5: ['names', 'texts'],
  6: ['attributes', 'map'],
  7: ['one', inner],
  200: ['many', [inner]],
}

const bytes = (...values: number[]): Buffer => Buffer.from(values)

describe('a message', () => {
  it('is written as it was read, whatever it holds', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' })
    const map = fc.dictionary(text, fc.string({ unit: 'grapheme' }), { minKeys: 1, noNullPrototype: true })
    const item = fc.record({ name: text, attributes: map }, { requiredKeys: [], noNullPrototype: true })
    fc.assert(fc.property(fc.record({
      name: text,
      data: fc.uint8Array({ minLength: 1 }).map(data => Buffer.from(data)),
      on: fc.constant(true),
      count: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter(count => count !== 0n),
      names: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }),
      attributes: map,
      one: item,
      many: fc.array(item, { minLength: 1 }),
    }, { requiredKeys: [], noNullPrototype: true }), (values) => {
      expect(decode(message, encode(message, values), 'M')).toEqual(values)
    }))
  })

  it('never takes what is none, or ends too early, for one', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
      try {
        decode(message, Buffer.from(data), 'M')
      }
      catch (error) {
        expect(error).toMatchObject({ status: expect.toBeOneOf([400, 403]) as number })
      }
    }))
  })

  it.for([
    ['an unknown number', bytes(0x48, 1), 403, 'field 9 of M'],
    ['an unknown text', bytes(0x4A, 1, 65), 403, 'field 9 of M'],
    ['a text as a number', bytes(0x08, 1), 400, 'M.name has the wrong form'],
    ['a number as a text', bytes(0x22, 1, 1), 400, 'M.count has the wrong form'],
    ['a number of fixed length', bytes(0x25, 1, 0, 0, 0), 400, 'M.count has the wrong form'],
    ['no text', bytes(0x0A, 1, 0xFF), 400, 'M.name is no text'],
    ['a length beyond the end', bytes(0x0A, 5, 65), 400, 'ends too early'],
    ['a number without an end', bytes(0x20, 0x80), 400, 'no message'],
    ['a number of more than ten bytes', bytes(0x20, ...Array.from<number>({ length: 11 }).fill(0x80), 1), 400, 'no message'],
    ['the number zero', bytes(0x00, 1), 400, 'no message'],
    ['a group', bytes(0x0B), 400, 'no message'],
    ['a message twice', bytes(0x3A, 3, 0x0A, 1, 65, 0x3A, 0), 400, 'M.one stands there twice'],
  ] as const)('is refused with %s', ([, data, status, text]) => {
    expect(() => decode(message, data, 'M')).toThrow(expect.objectContaining({ status, message: expect.stringContaining(text) as string }))
  })

  it('may have unknown fields that are empty', () => {
    expect(decode(message, bytes(0x48, 0, 0x52, 0, 0x0A, 1, 65), 'M')).toEqual({ name: 'A' })
  })

  it('has of a field that stands there twice the last, as engines read it', () => {
    expect(decode(message, bytes(0x0A, 1, 65, 0x0A, 1, 66), 'M')).toEqual({ name: 'B' })
  })

  it('keeps names that objects have by themselves', () => {
    const attributes = Object.fromEntries([['__proto__', 'a'], ['constructor', 'b']])
    const read = decode(message, encode(message, { attributes }), 'M') as { attributes: Values }
    expect(Object.entries(read.attributes)).toEqual([['__proto__', 'a'], ['constructor', 'b']])
  })
})

describe('one field of a message', () => {
  it('is found without knowing the others', () => {
    const data = encode(message, { count: 3n, name: 'A', attributes: { a: '1', b: '2' } })
    expect(peek(data, 1)?.toString()).toBe('A')
    expect(peek(data, 4)).toBeUndefined()
    expect(peekMap(data, 6)).toEqual({ a: '1', b: '2' })
  })
})
