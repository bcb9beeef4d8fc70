import type { LogEvent } from '../../runners/protocol/event.ts'
import type { RunState } from '../../runners/protocol/fold.ts'
import type { Feed } from '../../runners/service/remote/message.ts'
import type { Session } from '../../runners/service/session.ts'
import type { Behaviour } from './_session.ts'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFeed } from '../../runners/service/remote/feed.ts'
import { createMirror } from '../../runners/service/remote/mirror.ts'
import { phases, RUN, stage, watch } from './_remote.ts'
import { sessionOf, step } from './_session.ts'

/** A session and what is told of it; one that `stands` takes the first batch and no other before `go`. */
async function feed(steps: ReturnType<typeof step>[], behave: Behaviour, { stands = false } = {}): Promise<{ session: Session, told: Feed[], go: () => void }> {
  const { promise: mayGo, resolve: go } = Promise.withResolvers<void>()
  const session = await sessionOf(steps, behave)
  const told: Feed[] = []
  onTestFinished(async () => void await session.close())
  onTestFinished(createFeed({
    session,
    send(messages, done) {
      told.push(...structuredClone(messages))
      void (stands ? mayGo : Promise.resolve()).then(done)
    },
  }))
  return { session, told, go }
}

const eventsOf = (told: Feed[]): LogEvent[] => told.flatMap(message => message.type === 'events' ? message.events : [])

it('tells a run as it goes, to who comes late as it stands, and where the talk is', async () => {
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
  const { session, port } = await stage([step('a')], async ({ emit }) => {
    emit({ type: 'output', data: 'one\r\n' })
    await mayEnd
    emit({ type: 'output', data: 'two\r\n' })
    emit({ type: 'exit', code: 0 })
  })
  session.pace.show(3, 2, 'a')
  const early = await watch(port)
  session.start('a')
  await expect.poll(early.screen).toBe('one')
  const late = await watch(port)
  await expect.poll(late.screen).toBe('one')
  expect(late.messages).toContainEqual({ type: 'pace', slide: 3, clicks: 2, over: 'a', spent: {} })
  expect(late.messages[0]).toMatchObject({ type: 'session', session: 'test', runners: [] })
  end()
  for (const seen of [early, late]) {
    await expect.poll(seen.screen).toBe('one\ntwo')
    await expect.poll(() => phases(seen)).toContain('exited')
  }
  await session.reset(['a'])
  await expect.poll(() => late.messages.at(-1)).toEqual({ type: 'forgotten', runs: [1] })
})

it('does not send what a terminal shows, unless its step says remote', async () => {
  const { session, port } = await stage([step('own', { verb: 'terminal' }), step('shared', { verb: 'terminal', remote: true })], async ({ emit }) => {
    emit({ type: 'output', data: 'typed\r\n' })
    emit({ type: 'exit', code: 0 })
  })
  const seen = await watch(port)
  await session.start('own').over
  await expect.poll(() => phases(seen)).toContain('exited')
  const late = await watch(port)
  await expect.poll(() => late.messages.some(m => m.type === 'snapshot')).toBe(true)
  expect([await seen.screen(), await late.screen()]).toEqual(['', ''])
  await session.start('shared').over
  await expect.poll(() => phases(seen).filter(phase => phase === 'exited')).toHaveLength(2)
  expect(seen.others).toBe(1)
})

it('takes out the presenter\'s names, also where they come in pieces', async () => {
  const { session, port } = await stage([step('a')], async ({ emit }) => {
    for (const data of ['/home/ali', 'ce/x by al', 'ice\r\n', 'ali', 'as\r\n']) {
      emit({ type: 'output', data })
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    emit({ type: 'resource', op: 'added', ref: { kind: 'container', id: '1', name: 'alice' }, view: {} })
    emit({ type: 'exit', code: 0 })
  }, { login: 'alice', host: 'box', home: '/home/alice' })
  const seen = await watch(port)
  await session.start('a').over
  await expect.poll(() => phases(seen)).toContain('exited')
  expect(await seen.screen()).toBe('/home/speaker/x by speaker\nalias')
  expect(JSON.stringify(seen.messages)).not.toContain('alice')
})

describe('of a step that writes more than anyone reads', () => {
  const LINES = 40_000
  const flood = (from = 1): string => Array.from({ length: LINES / 10 }, (_, i) => `line ${from + i}\r\n`).join('')

  it('tells the screen, in its place among all else that happens', async () => {
    const { session, told } = await feed([step('a')], async ({ emit }) => {
      for (let n = 0; n < 10; n++) {
        emit({ type: 'resource', op: 'added', ref: { kind: 'container', id: String(n), name: String(n) }, view: {} })
        emit({ type: 'output', data: flood(n * LINES / 10 + 1) })
        await new Promise(resolve => setTimeout(resolve, 5))
      }
      emit({ type: 'exit', code: 0 })
    })
    const run = session.start('a')
    await run.over
    await expect.poll(() => eventsOf(told).at(-1)?.seq).toBe(run.log.state.seq)
    expect(JSON.stringify(told).length).toBeLessThan(run.log.state.outputLength / 10)
    const seqs = eventsOf(told).map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    const mirror = createMirror(RUN)
    mirror.take(RUN, eventsOf(told))
    const { data } = await mirror.snapshot()
    mirror.dispose()
    const { state, screen } = JSON.parse(String(data)) as { state: RunState, screen: string }
    expect(Object.keys(state.resources)).toHaveLength(10)
    expect(state.exit).toEqual({ code: 0 })
    expect(screen).toBe((await run.log.screen.snapshot(0)).ansi)
  })

  it('tells what follows as it came', async () => {
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const { session, port } = await stage([step('a')], async ({ emit }) => {
      emit({ type: 'output', data: flood() })
      await mayEnd
      emit({ type: 'output', data: 'end' })
      emit({ type: 'exit', code: 0 })
    })
    const seen = await watch(port)
    session.start('a')
    await expect.poll(seen.screen).toContain(`line ${LINES / 10}`)
    const before = seen.frames.length
    end()
    await expect.poll(() => phases(seen)).toContain('exited')
    expect(seen.frames.slice(before)).toEqual(['end'])
  })

  it('takes out a name that goes on after a screen', async () => {
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>()
    const { session, port } = await stage([step('a')], async ({ emit }) => {
      emit({ type: 'output', data: `${flood()}by ali` })
      await mayGoOn
      emit({ type: 'output', data: 'ce\r\n' })
      emit({ type: 'exit', code: 0 })
    }, { login: 'alice', host: 'box', home: '/home/alice' })
    const seen = await watch(port)
    session.start('a')
    await expect.poll(seen.screen).toMatch(/by ali$/)
    goOn()
    await expect.poll(() => phases(seen)).toContain('exited')
    expect(await seen.screen()).toMatch(/by speaker$/)
  })

  it('keeps one batch for a process that takes none, however long that lasts', async () => {
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const { session, told, go } = await feed([step('a')], async ({ emit }) => {
      for (let n = 0; n < 20; n++) {
        emit({ type: 'output', data: flood() })
        await new Promise(resolve => setTimeout(resolve, 5))
      }
      await mayEnd
      emit({ type: 'exit', code: 0 })
    }, { stands: true })
    const run = session.start('a')
    await expect.poll(() => run.log.state.outputLength).toBe(20 * flood().length)
    expect(told.filter(({ type }) => type === 'session')).toHaveLength(1)
    const before = told.length
    end()
    await run.over
    expect(told).toHaveLength(before)
    go()
    await expect.poll(() => eventsOf(told).at(-1)?.seq).toBe(run.log.state.seq)
    expect(JSON.stringify(told).length).toBeLessThan(16 * 1024)
  })
})
