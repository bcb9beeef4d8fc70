import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { formatRecording } from '../../../runners/protocol/format-recording.ts'
import { MOST_MARKERS } from '../../../runners/protocol/marker.ts'
import { timeOf } from '../../../runners/protocol/moment.ts'
import { parseRecording } from '../../../runners/protocol/parse-recording.ts'
import { screenAt, screenText } from '../../../runners/protocol/screen.ts'
import { createLog } from '../../../runners/service/run/log.ts'
import { createSanitizer } from '../../../runners/service/run/sanitize.ts'

const ESC = '\x1B'
const marker = (label: string): string => `${ESC}]5264;marker;${label}\x07`

/** What is left of chunks of output, markers as `<label>`. */
function read(...chunks: string[]): string {
  let all = ''
  const sanitize = createSanitizer((before, label) => void (all += `${before}<${label}>`))
  for (const chunk of chunks) {
    const rest = sanitize(chunk)
    all += rest
  }
  return all
}

describe('a marker in the output', () => {
  it.each([
    ['with BEL at its end', marker('cut')],
    ['with ST at its end', `${ESC}]5264;marker;cut${ESC}\\`],
    ['in eight bits', '\x9D5264;marker;cut\x9C'],
    ['inside a string that it breaks off', `${ESC}]0;title${marker('cut')}`],
  ])('stands where the program wrote it, and is not shown: %s', (_, text) => {
    expect(read(`before ${text}after`)).toBe('before <cut>after')
  })

  it('has a label of 64 characters at most, in any script', () => {
    for (const label of ['x', 'node is lost', 'ノード停止', '🐳'.repeat(64)])
      expect(read(marker(label))).toBe(`<${label}>`)
    for (const label of ['', ' ', 'x'.repeat(65), '🐳'.repeat(65), 'x'.repeat(70_000).slice(0, 60_000), 'a,b', 'bell\tor tab', 'from\u202Eright', 'a\u2028b'])
      expect(read(`a${marker(label)}b`)).toBe('ab')
  })

  it.each([
    ['broken off', `${ESC}]5264;marker;cut\x18`],
    ['within another string', `${ESC}P1;]5264;marker;cut\x07${ESC}\\`],
    ['around another marker', `${ESC}]5264;marker;a${ESC}]0;b\x07`],
    ['of another kind', `${ESC}]5264;other;cut\x07${ESC}]1337;SetMark\x07${ESC}]15264;marker;cut\x07`],
  ])('is none where it is %s', (_, text) => expect(read(`a${text}b`)).toBe('ab'))

  it('may come in pieces', () => {
    const piece = fc.constantFrom(marker('one'), marker('二'), ESC, `${ESC}]0;t`, '\x07', `${ESC}\\`, 'text', `${ESC}[31m`, '\n')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 6 }), (pieces, cuts) => {
        const text = `${pieces.join('')}\x18.`
        const edges = [0, ...cuts.filter(cut => cut < text.length).sort((a, b) => a - b), text.length]
        expect(read(...edges.slice(1).map((to, i) => text.slice(edges[i], to)))).toBe(read(text))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a marker in the log', () => {
  async function open() {
    const dir = await mkdtemp(join(tmpdir(), 'kamishibai-marker-'))
    let now = 0
    const log = createLog({ cols: 40, rows: 5, spool: join(dir, 'spool'), clock: () => now })
    onTestFinished(async () => {
      log.dispose()
      await rm(dir, { recursive: true, force: true })
    })
    return { log, tick: (ms: number) => void (now += ms) }
  }

  it('is a moment of its own: its picture has what came before it, and nothing of what came after', async () => {
    const { log, tick } = await open()
    tick(5.2)
    log.append({ type: 'output', data: `1 pod${marker('one')}\r\x1B[K2 pods${marker('two')}\r\x1B[K3 pods` })
    const events = log.from(1)!
    expect(events.map(event => event.type)).toEqual(['output', 'marker', 'output', 'marker', 'output'])
    const { cast, events: others } = formatRecording({ header: { step: 'a', hash: '0', recordedAt: new Date(0).toISOString(), engines: {}, images: {}, durationMs: 0, phase: 'exited', expectations: [] }, cols: 40, rows: 5, events })
    for (const stored of [events, parseRecording(cast, others).events]) {
      const shown = async (label: string): Promise<string> => screenText(await screenAt({ cols: 40, rows: 5, events: stored }, timeOf({ type: 'marker', label }, stored)))
      expect([await shown('one'), await shown('two'), await shown('never')]).toEqual(['1 pod', '2 pods', '3 pods'])
    }
  })

  it('ends its millisecond, as nothing else does', async () => {
    const { log, tick } = await open()
    tick(5)
    log.append({ type: 'output', data: 'a' })
    log.append({ type: 'output', data: `b${marker('one')}c` })
    log.append({ type: 'progress', label: 'x', done: 1, total: 2 })
    log.append({ type: 'progress', label: 'x', done: 2, total: 2 })
    expect(log.from(1)!.map(({ type, at }) => [type, at])).toEqual([['output', 5], ['output', 5], ['marker', 5], ['output', 6], ['progress', 6], ['progress', 6]])
    expect(log.lastOutputAt).toBe(6)
  })

  it('is one of a limited number, and is no output', async () => {
    const { log } = await open()
    for (let i = 0; i < 2 * MOST_MARKERS; i++)
      log.append({ type: 'output', data: `${marker(`m${i}`)}x` })
    expect(log.state.markers).toHaveLength(MOST_MARKERS)
    expect(log.text()).toBe('x'.repeat(2 * MOST_MARKERS))
  })
})
