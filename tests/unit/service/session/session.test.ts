import type { Condition } from '../../../../runners/protocol/step.ts'
import type { Session } from '../../../../runners/service/session/session.ts'
import type { Behaviour } from '../../../_session.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { judge } from '../../../../runners/service/run/conditions.ts'
import { createLog } from '../../../../runners/service/run/log.ts'
import { exits, lasts, match, says, sessionOf, step } from '../../../_session.ts'

let session: Session
afterEach(() => session.close())

describe('when a run is over', () => {
  it('is exited at exit code 0', async () => {
    session = await sessionOf([step('a')], exits())
    await expect(session.start('a').moment).resolves.toMatchObject({ phase: 'exited', expectations: [{ text: 'exit=0', ok: true }] })
  })

  it('fails at another exit code, and says which', async () => {
    session = await sessionOf([step('a')], exits(3))
    const { phase, error } = await session.start('a').moment
    expect(phase).toBe('failed')
    expect(error).toMatchObject({ code: 'exit-code', message: expect.stringContaining('exit code 3') as string })
  })

  it('is ready as soon as all conditions of until hold, and lives on', async () => {
    session = await sessionOf([step('a', { until: [match('ready')] })], says('almost… ready\r\n', lasts))
    const run = session.start('a')
    await expect(run.moment).resolves.toMatchObject({ phase: 'ready' })
    expect(run.log.state.exit).toBeUndefined()
    run.cancel('enough')
    await run.over
    expect(run.log.state.phase).toBe('cancelled')
  })

  it('fails at once when it ends badly before until holds', async () => {
    session = await sessionOf([step('a', { until: [match('never')], timeoutMs: 60_000 })], exits(1))
    await expect(session.start('a').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'exited-early' } })
  })

  it('judges no condition before what the step starts has started', async () => {
    session = await sessionOf([step('a', { until: [match('ready')], timeoutMs: 200 })], says('ready', lasts), { startsLate: true })
    await expect(session.start('a').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'timeout' } })
  })

  it('counts quiet from the start of what it starts', async () => {
    let now = 0
    const log = createLog({ cols: 40, rows: 5, spool: '', clock: () => now })
    const world = {
      log,
      startedAt: 4500,
      healthy: async () => undefined,
      holds: async () => undefined,
      dial: async () => undefined,
      signal: new AbortController().signal,
    }
    const settled: Condition = { type: 'settled', ms: 1000, text: 'settled=1s' }
    now = 5000
    expect(await judge(settled, world)).toMatchObject({ ok: false })
    now = 5500
    expect(await judge(settled, world)).toMatchObject({ ok: true })
  })

  it('waits on for until after a good exit', async () => {
    const until: Condition[] = [{ type: 'settled', ms: 150, text: 'settled=150ms' }]
    session = await sessionOf([step('a', { until })], exits())
    await expect(session.start('a').moment).resolves.toMatchObject({ phase: 'ready' })
  })

  it('fails at its timeout and aborts what ran', async () => {
    session = await sessionOf([step('a', { timeoutMs: 50 })], lasts)
    const run = session.start('a')
    await expect(run.moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'timeout', hint: expect.stringContaining('until=') as string } })
    await run.over
  })

  it('fails at an end without the exit that is expected, unless it was ready before', async () => {
    const ends: Behaviour = async () => {}
    session = await sessionOf([step('a'), step('b', { until: [match('up')] })], (context, s) => s.id === 'a' ? ends(context, s) : says('up', lasts)(context, s))
    await expect(session.start('a').moment).resolves.toMatchObject({ phase: 'failed', expectations: [{ text: 'exit=0', ok: false }] })
    await expect(session.start('b').moment).resolves.toMatchObject({ phase: 'ready', expectations: [] })
  })

  it('fails when an expectation does not hold', async () => {
    session = await sessionOf([step('a', { expect: [match('ok')] })], says('bad'))
    await expect(session.start('a').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'expectation' }, expectations: [{ ok: false }] })
  })

  it('is cancelled by the presenter', async () => {
    session = await sessionOf([step('a')], lasts)
    const run = session.start('a')
    session.cancel(run.info.n)
    await expect(run.moment).resolves.toMatchObject({ phase: 'cancelled' })
  })

  it('fails when it writes more than the limit', async () => {
    session = await sessionOf([step('a')], says('x'.repeat(1100 * 1024), lasts), { outputMiB: 1 })
    await expect(session.start('a').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'output-limit' } })
  })
})

describe('starting', () => {
  it('starts one run for a double click', async () => {
    session = await sessionOf([step('a')], lasts)
    expect(session.start('a')).toBe(session.start('a'))
  })

  it('runs what a step needs first', async () => {
    const order: string[] = []
    session = await sessionOf([step('a'), step('b', { needs: ['a'] })], async (context, s) => {
      order.push(s.id)
      await exits()(context, s)
    })
    await session.start('b').moment
    await session.start('b').moment
    expect(order).toEqual(['a', 'b', 'b'])
  })

  it('fails a step when one it needs failed', async () => {
    session = await sessionOf([step('a'), step('b', { needs: ['a'] })], exits(1))
    await expect(session.start('b').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'needs-failed' } })
  })

  it('lets a step wait while its shell is busy, and not for another shell', async () => {
    let release = (): void => {}
    session = await sessionOf([step('a'), step('b'), step('c', { shell: 'other' })], async (context, s) => {
      if (s.id === 'a')
        await new Promise<void>((resolve) => { release = resolve })
      await exits()(context, s)
    })
    session.start('a')
    const b = session.start('b')
    await session.start('c').moment
    expect(b.log.state.exit).toBeUndefined()
    release()
    await expect(b.moment).resolves.toMatchObject({ phase: 'exited' })
  })

  it('refuses a step that the deck does not have', async () => {
    session = await sessionOf([step('a')], exits())
    expect(() => session.start('rm -rf')).toThrow('no step')
  })
})

describe('a reset', () => {
  it('ends what runs, forgets it, and lets the deck run again with the same verdict', async () => {
    session = await sessionOf([step('a', { until: [match('up')], shell: 'up' }), step('b', { needs: ['a'] })], (context, s) => s.id === 'a' ? says('up', lasts)(context, s) : exits()(context, s))
    const verdicts: string[][] = []
    for (let round = 0; round < 2; round++) {
      const b = await session.start('b').moment
      verdicts.push([session.runOf('a')!.log.state.phase, b.phase])
      const a = session.runOf('a')!
      await session.reset()
      expect(a.log.state.phase).toBe('cancelled')
      expect(session.runOf('a')).toBeUndefined()
      await session.reset()
    }
    expect(verdicts).toEqual([['ready', 'exited'], ['ready', 'exited']])
    expect([...session.forgotten]).toHaveLength(session.runs.length)
  })

  it('takes only the steps that are named, and tells an unknown one', async () => {
    session = await sessionOf([step('a'), step('b')], exits())
    await session.start('a').over
    await session.start('b').over
    await session.reset(['a'])
    expect([session.runOf('a'), session.runOf('b')?.log.state.phase]).toEqual([undefined, 'exited'])
    await expect(session.reset(['none'])).rejects.toThrow('no step')
  })
})

describe('the recording of a step that runs live', () => {
  it('leaves what is up as it is, and gives its place back', async () => {
    session = await sessionOf([step('a', { until: [match('up')] })], says('up', lasts))
    const live = session.start('a')
    await live.moment
    await session.start('a', { replay: true }).over
    await session.start('a', { replay: true }).over
    expect(live.log.state.phase).toBe('ready')
    session.back('a')
    expect(session.runOf('a')).toBe(live)
    expect([...session.forgotten]).toEqual([2, 3])
    session.back('a')
    expect(session.runOf('a')).toBe(live)
    await session.start('a', { replay: true }).over
    await session.start('a').moment
    expect(live.log.state.phase).toBe('cancelled')
  })

  it('takes the place of one that is on its way, and of none before it', async () => {
    session = await sessionOf([step('a')], lasts)
    const late = session.start('a')
    await session.start('a', { replay: true }).over
    expect(late.log.state.phase).toBe('cancelled')
    await session.reset()
    const { info } = session.start('a', { replay: true })
    session.back('a')
    expect(session.runOf('a')!.info).toBe(info)
    expect(() => session.back('none')).toThrow('no step')
  })
})

describe('the mode of a session', () => {
  it('is replay from the switch on, and live again after it', async () => {
    session = await sessionOf([step('a')], exits())
    session.setMode('replay')
    expect([session.mode, session.start('a').info.mode]).toEqual(['replay', 'replay'])
    await session.runOf('a')!.over
    session.setMode('live')
    expect([session.mode, session.start('a').info.mode]).toEqual(['auto', 'live'])
  })

  it('stays replay where the talk was started so', async () => {
    session = await sessionOf([step('a')], exits(), { mode: 'replay' })
    expect(() => session.setMode('live')).toThrow('recordings only')
  })
})
