import type { Session } from '../../../../runners/service/session/session.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { logOf, output, recordingOf } from '../../../_recordings.ts'
import { exits, lasts, match, says, sessionOf, step } from '../../../_session.ts'

/** A run that printed a word and went well: a real one would take its second of quiet at its end. */
const GOOD = recordingOf(logOf([[0, { type: 'phase', phase: 'running' }], [1, output('good\r\n')], [2, { type: 'exit', code: 0 }], [2, { type: 'phase', phase: 'exited' }]]))

let session: Session
afterEach(() => session.close())

describe('recordings', () => {
  it('replays what was recorded to the same state', async () => {
    session = await sessionOf([step('a')], says('hello\r\n'))
    const live = session.start('a')
    const recording = await live.recorded()
    await session.close()
    session = await sessionOf([step('a')], exits(9), { available: false, recordings: { a: recording } })
    const replay = session.start('a')
    await replay.moment
    await replay.over
    expect(replay.info.mode).toBe('replay')
    expect(replay.log.state.phase).toBe('exited')
    expect(replay.log.text()).toBe('hello\r\n')
    expect(session.runners[0]).toMatchObject({ mode: 'replay', reason: 'no engine here' })
  })

  it('end where the next step starts, whatever the first still prints', async () => {
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>()
    session = await sessionOf([step('a', { until: [match('ready')] }), step('b', { shell: 'other' })], async (context, s) => {
      if (s.id === 'b')
        return exits()(context, s)
      context.emit({ type: 'output', data: 'ready\r\n' })
      await mayGoOn
      context.emit({ type: 'output', data: 'late\r\n' })
      await lasts(context, s)
    })
    const a = session.start('a')
    await a.moment
    const recorded = a.recorded()
    await session.start('b').moment
    goOn()
    await expect.poll(() => a.log.text()).toContain('late')
    const shown = (await recorded).events.flatMap(event => event.type === 'output' ? event.data : [])
    expect(shown.join('')).toBe('ready\r\n')
  })

  it('says when there is no recording, what records it in this deck, and why one was looked for', async () => {
    session = await sessionOf([step('a')], exits(), { available: false })
    await expect(session.start('a').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'no-recording', message: 'no engine here; and a was not recorded yet', hint: 'Record it: kamishibai record deck.md --only a', params: { command: 'kamishibai record deck.md --only a' } } })
    await session.close()
    session = await sessionOf([step('a')], exits(), { mode: 'replay' })
    await expect(session.start('a').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'no-recording', message: 'a was not recorded yet' } })
  })
})

describe('a live run that fails', () => {
  it('plays its recording by itself where the step says so, and the next start is live again', async () => {
    let code = 1
    session = await sessionOf([step('a', { fallback: 'auto' })], (context, s) => exits(code)(context, s), { recordings: { a: GOOD } })
    const failed = session.start('a')
    const before = performance.now()
    await failed.over
    await expect.poll(() => session.runOf('a')!.log.state.phase).toBe('exited')
    expect(performance.now() - before).toBeLessThan(1000)
    expect(session.runOf('a')!.info).toMatchObject({ mode: 'replay', fallback: { code: 'exit-code' } })
    code = 0
    const next = session.start('a')
    await expect(next.moment).resolves.toMatchObject({ phase: 'exited' })
    expect(next.info.mode).toBe('live')
  })

  it('stays as it is where the step asks first, and where there is no recording', async () => {
    session = await sessionOf([step('a'), step('b', { fallback: 'auto' })], exits(1))
    for (const id of ['a', 'b'])
      await session.start(id).over
    expect(session.runs.map(run => run.info.mode)).toEqual(['live', 'live'])
  })
})

describe('what needs a step whose recording was taken', () => {
  it('catches it up live first, and takes its own recording where that fails again', async () => {
    const steps = [step('a', { fallback: 'auto' }), step('b', { needs: ['a'], fallback: 'auto' })]
    let broken = true
    session = await sessionOf(steps, (context, s) => exits(s.id === 'a' && broken ? 1 : 0)(context, s), { recordings: { a: GOOD, b: GOOD } })
    const modes = (id: string): string[] => session.runs.filter(run => run.info.step === id).map(run => `${run.info.mode} ${run.log.state.phase}`)
    await session.start('a').over
    await expect.poll(() => modes('a')).toEqual(['live failed', 'replay exited'])
    await session.start('b').over
    await expect.poll(() => modes('b')).toEqual(['live failed', 'replay exited'])
    expect(session.runOf('b')!.info.fallback).toMatchObject({ code: 'needs-failed' })
    await expect.poll(() => modes('a')).toEqual(['live failed', 'replay exited', 'live failed', 'replay exited'])
    broken = false
    await session.start('b').over
    expect(modes('b').at(-1)).toBe('live exited')
    expect(modes('a').at(-1)).toBe('live exited')
  })
})

describe('what a step still to come needs', () => {
  const steps = [step('a', { slides: [1] }), step('b', { needs: ['a'], slides: [2] }), step('c', { slides: [1] })]

  /** The first slide, on which `a` and `c` failed live and their recordings were taken. */
  async function rescued(codes: () => number): Promise<void> {
    session = await sessionOf(steps, (context, s) => exits(codes())(context, s), { recordings: { a: GOOD, c: GOOD } })
    session.pace.show(1)
    for (const id of ['a', 'c']) {
      await session.start(id).over
      await session.start(id, { replay: true }).over
    }
  }
  const runsOf = (id: string): string[] => session.runs.filter(run => run.info.step === id).map(({ info, log }) => `${info.background ? 'background ' : ''}${info.mode} ${log.state.phase}`)

  it('is caught up unseen once the talk has left the slide, and nothing else is', async () => {
    let code = 1
    await rescued(() => code)
    code = 0
    session.pace.show(1, 1)
    expect(runsOf('a')).toEqual(['live failed', 'replay exited'])
    session.pace.show(2)
    await expect.poll(() => runsOf('a')).toEqual(['live failed', 'replay exited', 'background live exited'])
    await session.start('b').moment
    expect(runsOf('a')).toHaveLength(3)
    expect(runsOf('b')).toEqual(['live exited'])
    expect(runsOf('c')).toEqual(['live failed', 'replay exited'])
  })

  it('shows its recording as before where it fails again, and is tried once', async () => {
    await rescued(() => 1)
    session.pace.show(2)
    await expect.poll(() => runsOf('a')).toEqual(['live failed', 'replay exited', 'background live failed', 'replay exited'])
    session.pace.show(3)
    await expect(session.start('b').moment).resolves.toMatchObject({ error: { code: 'needs-failed' } })
    expect(runsOf('a').slice(4)).toEqual(['live failed'])
  })

  it('stays as it is while the talk plays recordings', async () => {
    await rescued(() => 1)
    session.setMode('replay')
    session.pace.show(2)
    expect(runsOf('a')).toHaveLength(2)
  })
})
