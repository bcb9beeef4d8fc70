import type { Payload } from '../../../runners/protocol/event.ts'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isStepError } from '../../../runners/protocol/error.ts'
import { foldRun } from '../../../runners/protocol/fold.ts'
import { formatRecording } from '../../../runners/protocol/format-recording.ts'
import { parseRecording } from '../../../runners/protocol/parse-recording.ts'
import { clientMessageSchema, decodeFrame, encodeFrame, serverMessageSchema } from '../../../runners/protocol/wire.ts'
import { logOf, output, recordingOf } from '../../_recordings.ts'
import { exits, sessionOf, step } from '../../_session.ts'

const RECORDINGS = resolve(import.meta.dirname, '../../../slides/recordings/tour')
const SEED = 20261125

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6D2B79F5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const PIECES = ['', '"', '{', '}', '[', ']', ',', ':', '\n', '\\', '\u0000', '\uD800', 'null', 'true', '-1', '0', '1e308', '1e999', '4', '{}', '[]', '""', '"__proto__"', '"constructor"', '"toString"', '"exit"', '"error"', '"x"', '[0,"x",{}]\n', '#']

/** `text` with up to four places cut, doubled, replaced, or swapped. */
function mutate(text: string, random: () => number): string {
  const at = (length: number): number => Math.floor(random() * length)
  let mutated = text
  for (let change = at(4); change >= 0; change--) {
    const from = at(mutated.length + 1)
    const to = Math.min(mutated.length, from + at(random() < 0.5 ? 4 : 60))
    const part = [PIECES[at(PIECES.length)]!, '', mutated.slice(from, to).repeat(2), String.fromCharCode(at(0x250)), mutated.slice(to, to + 20)][at(5)]!
    mutated = random() < 0.05 ? mutated.slice(0, from) : mutated.slice(0, from) + part + mutated.slice(to)
  }
  return mutated
}

describe('of a hundred thousand damaged texts', { timeout: 300_000 }, () => {
  it('each recording is read, or its mistake is told with its place', async () => {
    const random = randomOf(SEED)
    const real = await Promise.all(['hello', 'there'].map(async id => ({ cast: await readFile(resolve(RECORDINGS, `${id}.cast`), 'utf8'), events: await readFile(resolve(RECORDINGS, `${id}.events.jsonl`), 'utf8') })))
    const all: Payload[] = [{ type: 'phase', phase: 'running', awaits: { kind: 'step', name: 'a' } }, output('hi\r\n'), { type: 'resource', op: 'added', ref: { kind: 'pod', id: 'a', name: 'b' }, view: { ports: [1, { a: null }] } }, { type: 'sample', ref: { kind: 'pod', id: 'a', name: 'b' }, cpu: 1, memory: 2 }, { type: 'response', n: 1, status: 200, ms: 3 }, { type: 'progress', label: 'x', done: 1, total: 2 }, { type: 'marker', label: 'm' }, { type: 'error', code: 'timeout', message: 'm', hint: 'h', params: { seconds: 1 } }, { type: 'exit', code: 0 }]
    const originals = [...real, formatRecording(recordingOf(logOf(all.map((payload, i) => [i, payload]))))]
    let read = 0
    for (let n = 0; n < 60_000; n++) {
      const { cast, events } = originals[n % originals.length]!
      const inCast = random() < 0.5
      try {
        foldRun(parseRecording(inCast ? mutate(cast, random) : cast, inCast ? events : mutate(events, random)).events)
        read++
      }
      catch (error) {
        if (!isStepError(error) || error.code !== 'recording-damaged' || !/^the recording's (?:cast|events\.jsonl), line \d+: \S/.test(error.message) || !error.hint)
          throw new Error(`mutant ${n}`, { cause: error })
      }
    }
    expect(read).toBeGreaterThan(1000)
    expect(read).toBeLessThan(59_000)
  })

  it('each message of the wire is understood or refused', () => {
    const random = randomOf(SEED + 1)
    const messages = [
      { type: 'hello', session: 'a', have: { 1: 2 } },
      { type: 'run', step: 'web', replay: true, after: 0 },
      { type: 'input', run: 1, data: 'ls\n' },
      { type: 'resize', run: 1, cols: 80, rows: 24 },
      { type: 'event', run: 1, seq: 2, at: 3, payload: { type: 'phase', phase: 'running', awaits: { kind: 'shell', name: 'main' } } },
      { type: 'error', code: 'timeout', message: 'm', hint: 'h', params: { seconds: 1 }, step: 'a' },
    ].map(message => JSON.stringify(message))
    const frame = Buffer.from(encodeFrame(1, 2, 3, 'output'))
    for (let n = 0; n < 40_000; n++) {
      let message: unknown
      try {
        message = JSON.parse(mutate(messages[n % messages.length]!, random))
      }
      catch {
        continue
      }
      clientMessageSchema.safeParse(message)
      serverMessageSchema.safeParse(message)
      const bytes = Uint8Array.from(Buffer.from(mutate(frame.toString('latin1'), random), 'latin1'))
      if (bytes.length < 16)
        expect(() => decodeFrame(bytes.buffer)).toThrow(RangeError)
      else
        decodeFrame(bytes.buffer)
    }
  })
})

describe('a recording that cannot be read', () => {
  const good = formatRecording(recordingOf(logOf([[0, { type: 'phase', phase: 'running' }], [1, output('x')], [2, { type: 'exit', code: 0 }], [2, { type: 'phase', phase: 'exited', expectations: [] }]])))
  const deep = (depth: number): string => `[0,"resource",{"op":"added","ref":{"kind":"pod","id":"a","name":"b"},"view":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}]\n`
  const broken: Record<string, () => ReturnType<typeof parseRecording>> = {
    'cut in the middle': () => parseRecording(good.cast.slice(0, -12), good.events),
    'of a later version': () => parseRecording(good.cast.replace('"version":3', '"version":4'), good.events),
    'nested without end': () => parseRecording(good.cast, deep(100_000) + good.events),
    'empty': () => parseRecording('', ''),
  }

  it.each(Object.keys(broken))('fails its own step with a clear error, and the others play: %s', async (name) => {
    const session = await sessionOf([step('broken'), step('fine')], exits(), { mode: 'replay', load: async id => id === 'broken' ? broken[name]!() : parseRecording(good.cast, good.events) })
    const { phase, error } = await session.start('broken').moment
    expect(phase).toBe('failed')
    expect(error).toMatchObject({ code: 'recording-damaged', message: expect.stringMatching(/^the recording's \S+, line \d+: /), hint: expect.stringContaining('kamishibai record') })
    expect((await session.start('fine').moment).phase).toBe('exited')
    await session.close()
  })
})
