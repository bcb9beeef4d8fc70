import type { Payload, PayloadOf } from '../../../runners/protocol/event.ts'
import type { Recording } from '../../../runners/protocol/recording.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differenceOf, sameRecording } from '../../../runners/protocol/essence.ts'
import { logOf, output, recordingOf } from '../../_recordings.ts'

/** Each of a hundred pairs is drawn on a screen, which takes its time on a busy machine. */
const PATIENCE = 120_000

type Resource = PayloadOf<'resource'>

/** An object's life: what an engine tells of it, from its making on. */
interface Life { kind: string, name: string, states: readonly string[], deleted: boolean }

const engineName = fc.tuple(fc.constantFrom('awesome', 'thirsty', 'zealous'), fc.constantFrom('borg', 'pascal', 'pike')).map(words => words.join('_'))
const hex = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
const life = fc.record({
  kind: fc.constantFrom('container', 'network'),
  name: fc.constantFrom('box', 'web', 'db'),
  states: fc.constantFrom(['created', 'running'], ['created', 'running', 'paused', 'running'], ['created', 'running', 'removing'], ['created', 'running', 'exited']),
  deleted: fc.boolean(),
})

/**
 * One way in which a run could tell these lives: with ids, names and addresses of its own, side by side, some states
 * missed.
 */
function telling(lives: Life[]): fc.Arbitrary<Recording> {
  const own = fc.record({ id: hex(12), name: engineName, session: hex(4), address: fc.ipV4(), node: fc.constantFrom('worker', 'worker2'), seen: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }) })
  return fc
    .tuple(
      fc.array(own, { minLength: lives.length, maxLength: lives.length }),
      fc.array(fc.nat(99), { minLength: 40, maxLength: 40 }),
    )
    .map(([owns, picks]) => {
      const queues = lives.map(({ kind, name, states, deleted }, i) => {
        const { id, session, address, node, seen } = owns[i]!
        const ref = { kind, id: `${id}${i}`, name: kind === 'network' ? owns[i]!.name : `${name}${i}-${session}` }
        const told = states.filter((_, n) => n === states.length - 1 || seen[n])
        const views = told.map((state, n): Resource => ({
          type: 'resource',
          op: n ? 'modified' : 'added',
          ref,
          view: { state, name: ref.name, node, networks: { bridge: state === 'running' ? address : '' } },
        }))
        return [...views, ...(deleted ? [{ type: 'resource', op: 'deleted', ref, view: {} } as Resource] : [])]
      })
      const events: Payload[] = [{ type: 'phase', phase: 'running' }]
      for (let left = queues.filter(queue => queue.length); left.length; left = queues.filter(queue => queue.length))
        events.push(left[picks[events.length]! % left.length]!.shift()!)
      events.push(output(`${owns.map(({ id }) => id).join(' ')}\r\n`), { type: 'phase', phase: 'exited' })
      return recordingOf(logOf(events.map((event, i) => [i, event])))
    })
}

const object = (name: string, op: Resource['op'], view: Resource['view'] = {}): Payload => ({ type: 'resource', op, ref: { kind: 'container', id: name, name }, view })
const recorded = (...payloads: Payload[]): Recording => recordingOf(logOf(payloads.map((payload, i) => [i, payload])))

describe('two recordings of one run of objects', () => {
  it('are the same, whatever the order in which concurrent objects are told, and their names by chance', { timeout: PATIENCE }, async () => {
    const pair = fc.array(life, { minLength: 1, maxLength: 6 }).chain(lives => fc.tuple(telling(lives), telling(lives)))
    await fc.assert(
      fc.asyncProperty(pair, async ([a, b]) => void expect(await sameRecording(a, b)).toBe(true)),
      { numRuns: 100 },
    )
  })

  it('differ in what is there at the end', { timeout: PATIENCE }, async () => {
    const pair = fc
      .array(life, { minLength: 1, maxLength: 4 })
      .chain(lives =>
        fc.tuple(telling(lives), telling([{ ...lives[0]!, deleted: !lives[0]!.deleted }, ...lives.slice(1)])),
      )
    await fc.assert(
      fc.asyncProperty(pair, async ([a, b]) => void expect(await sameRecording(a, b)).toBe(false)),
      { numRuns: 100 },
    )
  })

  it.each<[string, Payload[], Payload[]]>([
    ['a failure on the way', [object('a', 'added', { exitCode: 1 }), object('a', 'modified', { state: 'running' })], [object('a', 'added', { state: 'running' })]],
    ['one object more', [object('a', 'added')], [object('a', 'added'), object('b', 'added')]],
    ['an object that came and went', [], [object('a', 'added'), object('a', 'deleted')]],
    ['an image', [object('a', 'added', { image: 'demo:1' })], [object('a', 'added', { image: 'demo:2' })]],
    ['the networks that they are on', [object('a', 'added', { networks: { one: '' } })], [object('a', 'added', { networks: { two: '' } })]],
    ['the status of a response', [{ type: 'response', n: 1, status: 200, ms: 1 }], [{ type: 'response', n: 1, status: 500, ms: 1 }]],
    ['the exit code', [{ type: 'exit', code: 0 }], [{ type: 'exit', code: 1 }]],
    ['a marker', [{ type: 'marker', label: 'a' }], [{ type: 'marker', label: 'b' }]],
  ])('differ in %s', async (_, a, b) => expect(await sameRecording(recorded(...a), recorded(...b))).toBe(false))

  it('are the same but for the network that every engine has, which the first run of a session tells', async () => {
    const network = (name: string): Payload => ({ type: 'resource', op: 'added', ref: { kind: 'network', id: name, name }, view: {} })
    expect(await sameRecording(recorded(network('bridge'), object('a', 'added')), recorded(object('a', 'added')))).toBe(true)
    expect(await sameRecording(recorded(network('own'), object('a', 'added')), recorded(object('a', 'added')))).toBe(false)
  })

  it('are the same but for nodes by chance, and what a cluster remarks', async () => {
    const pod = (node: string): Payload => ({ type: 'resource', op: 'added', ref: { kind: 'pod', id: node, name: 'web-7d9f8b6c5-x2x4z' }, view: { node } })
    const node = (ready: boolean): Payload => ({ type: 'resource', op: 'added', ref: { kind: 'node', id: 'n', name: 'talk-worker' }, view: { ready, memory: 1 } })
    const remark: Payload = { type: 'resource', op: 'added', ref: { kind: 'event', id: 'e', name: 'web.17' }, view: { reason: 'Pulled' } }
    const one = recorded(pod('talk-worker'), node(true), remark, output('web on talk-worker\r\n'))
    expect(await sameRecording(one, recorded(pod('talk-worker2'), output('web on talk-worker2\r\n')))).toBe(true)
    expect(await sameRecording(one, recorded(pod('talk-worker'), node(false), output('web on talk-worker\r\n')))).toBe(false)
  })

  it('are the same, whether a container has its step\'s name or one of the session', async () => {
    const told = (name: string): Promise<Recording> | Recording => recorded(object(name, 'added', { state: 'running' }), { type: 'output', data: `up: ${name}\r\n` })
    expect(await sameRecording(await told('web'), await told('web-4f45'))).toBe(true)
    expect(await sameRecording(await told('web'), await told('api-4f45'))).toBe(false)
  })

  it('are the same but for what a run waited for', async () => {
    const waiting: Payload = { type: 'phase', phase: 'waiting', reason: 'the shell main is busy' }
    expect(await sameRecording(recorded(waiting, { type: 'phase', phase: 'exited' }), recorded({ type: 'phase', phase: 'exited' }))).toBe(true)
  })

  it('are the same but for how often each pod answered, and in which order', async () => {
    const answers = (...by: string[]): Recording => recorded(...by.flatMap((name, i): Payload[] => [{ type: 'response', n: i + 1, status: 200, ms: i, by: name }, output(`#${i + 1} ${name}\r\n`)]))
    expect(await sameRecording(answers('web-7d9f8b6c5-x2x4z', 'web-7d9f8b6c5-x2x4z', 'web-7d9f8b6c5-bbbbb'), answers('web-7d9f8b6c5-8wvcn', 'web-7d9f8b6c5-ddddd', 'web-7d9f8b6c5-8wvcn'))).toBe(true)
    expect(await sameRecording(answers('web', 'web'), answers('web', 'other'))).toBe(false)
  })

  it('are the same but for progress that was drawn over, and layers that came in another order', async () => {
    const pull = (...lines: string[]): Recording => recorded(...lines.map(output))
    const one = pull('a: Waiting\r\nb: Waiting\r\n', '\x1B[2A\x1B[2Ka: 10 %\r\x1B[2B', '\x1B[2A\x1B[2Ka: done\r\x1B[2B', '\x1B[1A\x1B[2Kb: done\r\x1B[1B')
    const other = pull('a: Waiting\r\nb: Waiting\r\n\x1B[1A\x1B[2Kb: done\r\x1B[1B', '\x1B[2A\x1B[2Ka: done\r\x1B[2B')
    expect(await sameRecording(one, other)).toBe(true)
    expect(await sameRecording(one, pull('a: done\r\nb: failed\r\n'))).toBe(false)
    expect(await sameRecording(one, pull('a: done\r\nb: \x1B[31mdone\x1B[0m\r\n'))).toBe(false)
  })

  it('differ in a line that scrolled out of reach', async () => {
    const long = (first: string): Recording => recorded(output(`${first}\r\n`), output('again\r\n'.repeat(2000)))
    expect(await sameRecording(long('one'), long('one'))).toBe(true)
    expect(await sameRecording(long('one'), long('other'))).toBe(false)
  })

  it('are the same on machines with other engines and kernels', async () => {
    const on = (docker: string, kernel: string): Recording => recordingOf(logOf([[1, output(`Docker version ${docker}, build abc\r\nLinux box ${kernel} #1\r\n`)]]), { engines: { docker, shell: 'linux' } })
    expect(await sameRecording(on('20.10.24+dfsg1', '6.1.0-56-cloud-amd64'), on('29.0.1', '6.6.87.2-microsoft-standard-WSL2'))).toBe(true)
    // What is no engine's is the demo's own.
    const app = (version: string): Recording => recorded(output(`app ${version}\r\n`))
    expect(await sameRecording(app('1.2.3'), app('1.2.4'))).toBe(false)
  })
})

describe('the difference of two recordings', () => {
  it('is the lines that only one of them has, and what else changed', async () => {
    const one = recorded(output('a\r\nat 10:11:12\r\nb\r\nc\r\n'), object('web', 'added', { state: 'running' }))
    const other = recorded(output('a\r\nat 11:12:13\r\nnew\r\nb\r\n'), object('web', 'added', { state: 'exited' }))
    expect(await differenceOf(one, other)).toEqual({ parts: ['objects', 'output'], lines: [{ sign: '-', text: 'c' }, { sign: '+', text: 'new' }] })
    expect(await differenceOf(one, one)).toBeUndefined()
  })

  it('has no lines where only the course or the colours are others', async () => {
    expect(await differenceOf(recorded({ type: 'exit', code: 0 }), recorded({ type: 'exit', code: 1 }))).toEqual({ parts: ['course'], lines: [] })
    expect(await differenceOf(recorded(output('done')), recorded(output('\x1B[31mdone')))).toEqual({ parts: ['output'], lines: [] })
  })
})
