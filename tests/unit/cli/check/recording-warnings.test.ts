import type { Payload } from '../../../../runners/protocol/event.ts'
import type { Moment } from '../../../../runners/protocol/step.ts'
import { describe, expect, it } from 'vitest'
import { recordingWarnings } from '../../../../runners/cli/check/recording-warnings.ts'
import { parseMoments } from '../../../../runners/deck/conditions.ts'
import { logOf, output, recordingOf } from '../../../_recordings.ts'
import { step } from '../../../_session.ts'

const print = (text: string): { print: Moment[], printText: string } => ({ print: parseMoments(text), printText: text })

describe('a recorded line', () => {
  const warn = async (...texts: string[]) => recordingWarnings(step('wide', { file: 'deck.md', line: 7, column: 4 }), recordingOf(logOf(texts.map((text, i) => [i, output(text)]))))

  it('is warned about where it wraps, at the step\'s place', async () => {
    expect(await warn('short\r\n', 'x'.repeat(41), '\r\n')).toEqual([{
      severity: 'warning',
      file: 'deck.md',
      line: 7,
      column: 4,
      code: 'wraps',
      message: `a recorded line of wide wraps at 40 columns: "${'x'.repeat(41)}"`,
      hint: 'Print fewer columns, or give the step more with cols=',
    }])
  })

  it.each([
    ['fills its row', 'x'.repeat(40)],
    ['is written over', `${'x'.repeat(30)}\r${'y'.repeat(30)}`],
    ['is short but for its colours', `\x1B[31m${'x'.repeat(39)}\x1B[0m`],
  ])('is left alone where it %s', async (_, text) => expect(await warn(`${text}\r\n`)).toEqual([]))

  it('counts Japanese as two columns, and lines that scrolled out', async () => {
    const [warning] = await warn(`${'日本'.repeat(11)}\r\n`, `${'y'.repeat(50)}\r\n`, 'a\r\n'.repeat(20))
    expect(warning!.message).toBe(`2 recorded lines of wide wrap at 40 columns: "${'日本'.repeat(11)}", "${'y'.repeat(50)}"`)
  })

  it('is no matter in a terminal that follows its box', async () => {
    expect(await recordingWarnings(step('t', { verb: 'terminal' }), recordingOf(logOf([[0, output('x'.repeat(99))]])))).toEqual([])
  })
})

describe('a marker that paper is to show', () => {
  const warn = async (...labels: string[]) =>
    (await recordingWarnings(step('count', print('start,marker:lift-off,end')), recordingOf(logOf(labels.map((label, i) => [i, { type: 'marker', label }]))))).map(({ code, message, hint }) => ({ code, message, hint }))

  it('is warned about where the recording has none of this label', async () => {
    const message = 'the recording of count has no marker lift-off: paper shows its end there'
    expect(await warn()).toEqual([{ code: 'no-marker', message, hint: String.raw`Let the step run: printf '\033]5264;marker;lift-off\a'` }])
    expect(await warn('liftoff', 'start')).toEqual([{ code: 'no-marker', message, hint: 'Did you mean liftoff?' }])
    expect(await warn('start', 'lift-off')).toEqual([])
  })
})

describe('what happened between the printed frames', () => {
  const resource = (kind: string, name: string, op: 'added' | 'modified' | 'deleted', view = {}): Payload => ({ type: 'resource', op, ref: { kind, id: name, name }, view })
  /** A pod goes, and another comes in its place. */
  const heal: [number, Payload][] = [
    [0, { type: 'phase', phase: 'running' }],
    [1200, resource('pod', 'web-1', 'deleted')],
    [1300, resource('pod', 'web-2', 'added', { phase: 'Pending' })],
    [2500, resource('pod', 'web-2', 'modified', { phase: 'Running' })],
  ]
  const warn = async (events: [number, Payload][], printed: string, options = {}) =>
    (await recordingWarnings(step('heal', { ...print(printed), ...options }), recordingOf(logOf(events)))).map(({ message, hint }) => ({ message, hint }))

  it('is warned about where it deletes', async () => {
    expect(await warn(heal, 'end')).toEqual([{
      message: 'what is printed of heal (print=end) does not show: pod web-1 deleted at 1.2s',
      hint: 'Print the moments that do, as in print=start,0.6s,end',
    }])
  })

  it.each(['start,end', 'start,1.2s', '0.5s,2s'])('is shown by print=%s', async printed => expect(await warn(heal, printed)).toEqual([]))

  it('is warned about where something failed and is well again, or is gone', async () => {
    const failing: [number, Payload][] = [
      [0, resource('pod', 'a', 'added', { phase: 'Running' })],
      [400, resource('pod', 'a', 'modified', { phase: 'Running', reason: 'CrashLoopBackOff' })],
      [600, resource('pod', 'a', 'modified', { phase: 'Running' })],
      [700, resource('container', 'b', 'added', { state: 'exited', exitCode: 137, status: 'exited (137, SIGKILL)' })],
      [900, resource('container', 'b', 'deleted')],
    ]
    expect((await warn(failing, 'start,end'))[0]!.message).toBe('what is printed of heal (print=start,end) does not show: pod a failed (CrashLoopBackOff) at 0.4s, container b failed (exited (137, SIGKILL)) at 0.7s, container b deleted at 0.9s')
    expect(await warn(failing, '0.5s,0.8s,end')).toEqual([])
    const node = (ready: boolean): Payload => resource('node', 'talk-worker', 'modified', { ready })
    expect((await warn([[100, node(false)], [900, node(true)]], 'end'))[0]!.message).toContain('node talk-worker failed (not ready) at 0.1s')
  })

  it('is seen at the end where it stays so', async () => {
    const killed: [number, Payload][] = [[0, resource('container', 'a', 'added', { state: 'running' })], [50, resource('container', 'a', 'modified', { state: 'exited', exitCode: 137 })], [60, { type: 'exit', code: 1 }], [70, { type: 'response', n: 1, status: 503, ms: 1 }]]
    expect(await warn(killed, 'end')).toEqual([])
    expect((await warn(killed, 'start'))[0]!.message).toContain('container a failed (exit 137) at 0.05s, exit 1 at 0.06s, request 1 answered 503 at 0.07s')
  })

  it('is no surprise where the code says that the container goes', async () => {
    const brief: [number, Payload][] = [[5, resource('container', 'x', 'added', { state: 'running' })], [90, resource('container', 'x', 'deleted')]]
    expect(await warn(brief, 'end', { code: 'docker run --rm demo true' })).toEqual([])
    expect(await warn(brief, 'end')).toHaveLength(1)
    expect(await warn([...brief.slice(0, 1), [50, resource('container', 'x', 'modified', { exitCode: 1 })], ...brief.slice(1)], 'end', { code: 'docker run --rm demo false' })).toHaveLength(1)
  })
})
