import type { LogEvent, Payload } from '../../../runners/protocol/event.ts'
import type { Recording } from '../../../runners/protocol/recording.ts'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameRecording } from '../../../runners/protocol/essence.ts'
import { PHASES } from '../../../runners/protocol/event.ts'
import { foldRun } from '../../../runners/protocol/fold.ts'
import { formatRecording } from '../../../runners/protocol/format-recording.ts'
import { parseRecording } from '../../../runners/protocol/parse-recording.ts'
import { screenAt } from '../../../runners/protocol/screen.ts'
import { logOf, output, recordingOf } from '../../_recordings.ts'

const fixture = (name: string): Promise<string> => readFile(new URL(`../../fixtures/recordings/${name}`, import.meta.url), 'utf8')

const ref = fc.record({ kind: fc.constantFrom('container', 'pod'), id: fc.constantFrom('a1', 'b2'), name: fc.constant('web') })
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const payload: fc.Arbitrary<Payload> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('output' as const), data: fc.oneof(text, fc.constantFrom('\r\n', '\x1B[31m', '日本', '🐳', '\x1B[2J', '\u2028')) }) },
  fc.record({ type: fc.constant('phase' as const), phase: fc.constantFrom(...PHASES) }),
  fc.record({ type: fc.constant('resize' as const), cols: fc.integer({ min: 2, max: 60 }), rows: fc.integer({ min: 1, max: 10 }) }),
  fc.record({ type: fc.constant('resource' as const), op: fc.constantFrom('added' as const, 'modified' as const, 'deleted' as const), ref, view: fc.dictionary(fc.constantFrom('state', 'image'), text) }),
  fc.record({ type: fc.constant('sample' as const), ref, cpu: fc.double({ noNaN: true, min: 0, max: 9 }), memory: fc.nat() }),
  fc.record({ type: fc.constant('response' as const), n: fc.nat(), status: fc.integer({ min: 100, max: 599 }), ms: fc.nat() }),
  fc.record({ type: fc.constant('progress' as const), label: text, done: fc.nat(), total: fc.nat() }),
  fc.record({ type: fc.constant('marker' as const), label: text }),
  fc.record({ type: fc.constant('exit' as const), code: fc.nat(255), signal: fc.constantFrom('SIGKILL', 'SIGTERM'), oom: fc.boolean() }),
  fc.record({ type: fc.constant('error' as const), code: fc.constant('timeout'), message: text, hint: text }),
)
const log: fc.Arbitrary<LogEvent[]> = fc.array(fc.tuple(fc.nat(30), payload), { maxLength: 40 }).map((pairs) => {
  let at = 0
  return logOf(pairs.map(([wait, event]) => [at += wait, event]))
})

describe('round trip', () => {
  it('folds to the same state and the same screen', async () => {
    await fc.assert(fc.asyncProperty(log, async (events) => {
      const before = recordingOf(events)
      const { cast, events: others } = formatRecording(before)
      const after = parseRecording(cast, others)
      // Joined output has fewer numbers; nothing else may differ.
      const state = (r: Recording) => foldRun(r.events.map(event => ({ ...event, seq: 0 })))
      expect(state(after)).toEqual(state(before))
      expect(after.header).toEqual(before.header)
      expect(after.events.map(event => event.seq)).toEqual(after.events.map((_, i) => i + 1))
      expect(await screenAt(after)).toEqual(await screenAt(before))
      expect(formatRecording(after)).toEqual({ cast, events: others })
    }), { numRuns: 300 })
  })

  it('keeps times to the millisecond, however many there are', () => {
    const events = logOf(Array.from({ length: 10_000 }, (_, i) => [i * 0.7 + 0.04, output(`${i}\r\n`)]))
    const { cast, events: others } = formatRecording(recordingOf(events))
    const last = parseRecording(cast, others).events.at(-1)!
    expect(last.at).toBe(Math.round(events.at(-1)!.at))
  })

  it('joins output of the same millisecond and cuts no character', () => {
    const events = logOf([[0, output('a')], [0.2, output('b\uD83D')], [5, output('\uDC33c')], [6, output('\uD83D')]])
    const { cast } = formatRecording(recordingOf(events))
    expect(cast.split('\n').slice(1)).toEqual(['[0.000, "o", "ab"]', '[0.005, "o", "🐳c"]', '[0.001, "o", "�"]', ''])
  })

  it('takes lines that git gave carriage returns', () => {
    const { cast, events } = formatRecording(recordingOf(logOf([[0, { type: 'phase', phase: 'running' }], [1, output('x')]])))
    expect(parseRecording(cast.replaceAll('\n', '\r\n'), events.replaceAll('\n', '\r\n')).events).toHaveLength(2)
  })
})

it('writes asciicast v3 that any player reads', () => {
  const { cast, events } = formatRecording(recordingOf(logOf([[0, { type: 'phase', phase: 'running' }], [12, output('hi\r\n')], [20, { type: 'resize', cols: 80, rows: 24 }], [30, { type: 'marker', label: 'here' }], [1040, { type: 'exit', code: 137, signal: 'SIGKILL', oom: true }]])))
  const [header, ...lines] = cast.trimEnd().split('\n')
  expect(JSON.parse(header!)).toMatchObject({ version: 3, term: { cols: 40, rows: 6, type: 'xterm-256color' }, timestamp: 1795487400, title: 'hello', kamishibai: { step: 'hello' } })
  expect(lines).toEqual(['[0.012, "o", "hi\\r\\n"]', '[0.008, "r", "80x24"]', '[0.010, "m", "here"]', '[1.010, "x", "137"]'])
  expect(events).toBe('[0,"phase",{"phase":"running"}]\n[1040,"exit",{"code":137,"signal":"SIGKILL","oom":true}]\n')
})

it('reads the example of the specification, with comments, empty lines and codes of the future', async () => {
  const recording = parseRecording(await fixture('v3.cast'), await fixture('v3.events.jsonl'))
  expect(recording).toMatchObject({ cols: 80, rows: 24 })
  expect(recording.events.map(({ at, type }) => [at, type])).toEqual([
    [0, 'phase'],
    [249, 'output'],
    [1250, 'output'],
    [1394, 'marker'],
    [2414, 'resize'],
    [4464, 'exit'],
    [4464, 'phase'],
  ])
})

describe('a damaged recording', () => {
  const { cast, events } = formatRecording(recordingOf(logOf([[0, { type: 'phase', phase: 'running' }], [1, output('one\r\n')], [2, output('two\r\n')], [3, { type: 'exit', code: 0 }]])))
  const header = (change: object): string => cast.replace(/^.*\n/, line => `${JSON.stringify({ ...JSON.parse(line), ...change })}\n`)

  it.each([
    ['an empty file', '', events, 'cast, line 1: it is empty'],
    ['a line cut short', cast.slice(0, -6), events, 'cast, line 4: it is cut short'],
    ['lines cut off', cast.split('\n').slice(0, 3).join('\n'), events, 'it ends before the exit'],
    ['missing events', cast, '', 'events.jsonl, line 1: it ends before the exit'],
    ['a line of events cut short', cast, events.slice(0, -4), 'events.jsonl, line 2: it is cut short'],
    ['an event without its fields', cast, '[0,"exit",{}]\n', 'events.jsonl, line 1: its exit is wrong at code'],
    ['events out of order', cast, '[9,"exit",{"code":0}]\n[1,"phase",{"phase":"exited"}]\n', 'events.jsonl, line 2: its time runs backwards'],
    ['version 2', header({ version: 2 }), events, 'version 2, and only version 3'],
    ['a version of the future', header({ version: 4 }), events, 'version 4, made by a newer program'],
    ['a cast of another program', header({ kamishibai: undefined }), events, 'a cast of another program'],
    ['too many columns', header({ term: { cols: 501, rows: 24 } }), events, 'line 1: its header is wrong at term.cols'],
    ['a resize beyond the limit', cast.replace('"o", "one\\r\\n"', '"r", "80x201"'), events, 'cast, line 2: its size is out of range'],
    ['more than an hour', cast.replace('[0.001', '[3601'), events, 'cast, line 2: it is longer than one hour'],
    ['an interval below zero', cast.replace('[0.001', '[-1'), events, 'cast, line 2: it is no [interval, code, data]'],
  ])('%s is said with file and line', (_, damagedCast, damagedEvents, message) => {
    expect(() => parseRecording(damagedCast, damagedEvents)).toThrow(expect.objectContaining({ name: 'StepError', code: 'recording-damaged', message: expect.stringContaining(message), hint: expect.stringMatching(/record/) }))
  })
})

describe('two recordings', () => {
  const same = async (a: string, b: string): Promise<boolean> =>
    sameRecording(recordingOf(logOf([[0, output(a)]])), recordingOf(logOf([[0, output(b)]])))

  it.each([
    ['ids', '0f3a9c1d2e4b up', 'aaaa9c1d2e4b up'],
    ['digests', `sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`],
    ['IPv4 addresses', '172.17.0.2 ok', '172.18.0.13 ok'],
    ['subnets', '172.26.0.0/16', '192.168.0.0/20'],
    ['IPv6 addresses', 'fd00::1 and 2001:db8:0:1:2:3:4:5', 'fe80::42:acff and 2001:db8:0:1:2:3:4:6'],
    ['MAC addresses', '02:42:ac:11:00:02', '02:42:ac:11:00:ff'],
    ['clock times', 'at 12:30:01', 'at 9:05:59.123'],
    ['dates', 'Tue Nov 24 02:32:42 UTC 2026', 'Wed Dec  2 12:32:42 UTC 2026'],
    ['ISO times', '2026-11-24T02:32:42.123Z', '2026-12-01T02:32:42+09:00'],
    ['durations', 'Up 2 seconds   web (real 0m0.012s)', 'Up 10 seconds  web (real 0m1.2s)'],
    ['namespaces', 'pid:[4026531836] net:[4026531840]', 'pid:[4026532999] net:[4026532001]'],
    ['process ids', '  PID USER CMD\n   4711 root sh', '  PID USER CMD\n  99123 root sh'],
    ['published ports', '127.0.0.1:32768->80', '127.0.0.1:32999->80'],
    ['pods', 'pod/web-7d9f8b6c5-x2x4z 1/1', 'pod/web-5c689d88bb-8wvcn 1/1'],
    ['replica sets', 'rs/web-7d9f8b6c5', 'rs/web-5c689d88bb'],
    ['process ids of a container', 'PID   USER     COMMAND\n    1 0        init\n    8 0        sh', 'PID   USER     COMMAND\n    1 0        init\n   15 0        sh'],
    ['parents', 'UID PID PPID CMD\nroot 30 9 sh', 'UID PID PPID CMD\nroot 44 2 sh'],
    ['jobs', '[1] 4711', '[1] 812'],
  ])('are the same but for %s', async (_, a, b) => expect(await same(a, b)).toBe(true))

  it.each([
    ['words', 'hello', 'hallo'],
    ['counts', '10 containers', '20 containers'],
    ['process 1 in its own namespace', 'PID USER\n 1 root', 'PID USER\n 4711 root'],
    ['what else stands in a table of processes', 'PID USER\n 7 0', 'PID USER\n 7 9'],
    ['sizes and ports', '256m on 8080', '512m on 8081'],
    ['words behind a hyphen', 'to-complete', 'to-computer'],
    ['colours', '\x1B[31mx', '\x1B[32mx'],
  ])('differ in %s', async (_, a, b) => expect(await same(a, b)).toBe(false))

  it('are the same but for chunk boundaries, timing, samples, and when and where they were made', async () => {
    const a = recordingOf(logOf([[0, output('one ')], [5, output('two')], [9, { type: 'response', n: 1, status: 200, ms: 3 }]]))
    const b = recordingOf(logOf([[7, output('one two')], [8, { type: 'sample', ref: { kind: 'container', id: 'x', name: 'x' }, cpu: 1, memory: 1 }], [90, { type: 'response', n: 1, status: 200, ms: 7 }]]), { recordedAt: '2027-01-01T00:00:00.000Z', durationMs: 5, engines: { docker: '30' }, images: {} })
    expect(await sameRecording(a, b)).toBe(true)
  })

  it('differ where the step or the verdict does', async () => {
    const a = recordingOf([])
    expect(await sameRecording(a, recordingOf([], { hash: 'ffff' }))).toBe(false)
    expect(await sameRecording(a, recordingOf([], { expectations: [{ text: 'exit=0', ok: false }] }))).toBe(false)
  })
})
