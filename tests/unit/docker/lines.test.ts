import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { parseLines } from '../../../runners/docker/lines.ts'

async function read(...chunks: Buffer[]): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const value of parseLines(Readable.from(chunks)))
    values.push(value)
  return values
}

it('reads lines of JSON, wherever their chunks are cut', async () => {
  const bytes = Buffer.from('{"a":"é"}\r\n\n{"b":2}\n')
  for (let at = 0; at <= bytes.length; at++)
    expect(await read(bytes.subarray(0, at), bytes.subarray(at))).toEqual([{ a: 'é' }, { b: 2 }])
})

it('reads a last line that nothing ends', async () => {
  expect(await read(Buffer.from('{"a":1}\n{"b":'), Buffer.from('2}'))).toEqual([{ a: 1 }, { b: 2 }])
  expect(await read(Buffer.from('{"a":1}\n  '))).toEqual([{ a: 1 }])
  expect(await read()).toEqual([])
})
