import type { LogEvent } from '../../../../runners/protocol/event.ts'
import type { RunState } from '../../../../runners/protocol/fold.ts'
import type { Feed } from '../../../../runners/service/remote/message.ts'
import type { Session } from '../../../../runners/service/session/session.ts'
import type { Behaviour } from '../../../_session.ts'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFeed } from '../../../../runners/service/remote/feed.ts'
import { createMirror } from '../../../../runners/service/remote/mirror.ts'
import { phases, RUN, stage, watch } from '../../../_remote.ts'
import { sessionOf, step } from '../../../_session.ts'

/** What is told of a session, batch by batch; one that `stands` takes the first and no other before `go`. */
function feed(session: Session, { stands = false } = {}): { batches: Feed[][], go: () => void } {
  const { promise: mayGo, resolve: go } = Promise.withResolvers<void>()
  const batches: Feed[][] = []
  onTestFinished(createFeed({
    session,
    send(messages, done) {
      batches.push(structuredClone(messages))
      void (stands ? mayGo : Promise.resolve()).then(done)
    },
  }))
  return { batches, go }
}

async function open(behave: Behaviour): Promise<Session> {
  const session = await sessionOf([step('a')], behave)
  onTestFinished(async () => void await session.close())
  return session
}

const eventsOf = (batches: Feed[][]): LogEvent[] => batches.flat().flatMap(message => message.type === 'events' ? message.events : [])

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
    emit({ type: 'output', data: 'typed\r\n\x1B]5264;marker;secret\x07' })
    emit({ type: 'exit', code: 0 })
  })
  const seen = await watch(port)
  await session.start('own').over
  await expect.poll(() => phases(seen)).toContain('exited')
  const late = await watch(port)
  await expect.poll(() => late.messages.some(m => m.type === 'snapshot')).toBe(true)
  expect([await seen.screen(), await late.screen()]).toEqual(['', ''])
  expect(JSON.stringify([seen.messages, late.messages])).not.toContain('secret')
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
    const session = await open(async ({ emit }) => {
      for (let n = 0; n < 10; n++) {
        emit({ type: 'resource', op: 'added', ref: { kind: 'container', id: String(n), name: String(n) }, view: {} })
        emit({ type: 'output', data: flood(n * LINES / 10 + 1) })
        await new Promise(resolve => setTimeout(resolve, 5))
      }
      emit({ type: 'exit', code: 0 })
    })
    const { batches } = feed(session)
    const run = session.start('a')
    await run.over
    await expect.poll(() => eventsOf(batches).at(-1)?.seq).toBe(run.log.state.seq)
    expect(JSON.stringify(batches).length).toBeLessThan(run.log.state.outputLength / 10)
    const seqs = eventsOf(batches).map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    const mirror = createMirror(RUN)
    mirror.take(RUN, eventsOf(batches))
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
    const session = await open(async ({ emit }) => {
      for (let n = 0; n < 20; n++) {
        emit({ type: 'output', data: flood() })
        await new Promise(resolve => setTimeout(resolve, 5))
      }
      emit({ type: 'exit', code: 0 })
    })
    const standing = feed(session, { stands: true })
    const other = feed(session)
    const run = session.start('a')
    await run.over
    const isTold = ({ batches }: typeof other): boolean => eventsOf(batches).at(-1)?.seq === run.log.state.seq
    await expect.poll(() => isTold(other)).toBe(true)
    expect(standing.batches).toHaveLength(1)
    standing.go()
    await expect.poll(() => isTold(standing)).toBe(true)
    expect(JSON.stringify(standing.batches).length).toBeLessThan(8 * 1024)
  })
})
