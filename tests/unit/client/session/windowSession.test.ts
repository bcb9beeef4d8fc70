import type { DeckInfo } from '../../../../client/deckInfo.ts'
import type { SocketOptions } from '../../../../client/session/socketSession.ts'
import { expect, it, onTestFinished, vi } from 'vitest'
import { shallowRef } from 'vue'
import { createLocalSession } from '../../../../client/session/localSession.ts'
import { createWindowSession, whenKnown } from '../../../../client/session/windowSession.ts'
import { deckInfo } from '../_deck.ts'

/** A session of a page at an address, and the sockets that it opened. */
function open(
  deck: Partial<DeckInfo>,
  { printing = false, token, later, answers = true }: {
    printing?: boolean
    token?: string
    later?: Promise<string>
    answers?: boolean
  } = {},
) {
  vi.stubGlobal('location', { protocol: 'https:', host: 'talk.example' })
  onTestFinished(() => void vi.unstubAllGlobals())
  const sockets: SocketOptions[] = []
  const done: string[] = []
  const session = createWindowSession({
    deck: deckInfo([['a']], deck),
    loadRecording: async () => undefined,
    token: {
      find: async () => token,
      later: () => later ?? new Promise(() => {}),
      share: () => void done.push('share'),
      drop: () => void done.push('drop'),
    },
    printing,
    serverAnswers: async () => answers,
    reload: () => void done.push('reload'),
    connect(options) {
      sockets.push(options)
      return {
        ...createLocalSession({ load: async () => undefined, needs: () => [] }),
        status: shallowRef('connecting'),
      }
    },
  })
  return { session, sockets, done }
}

it('plays recordings in print and where no service answers', () => {
  for (const { session, sockets } of [open({ flavour: 'dev' }, { printing: true, token: 't' }), open({}, { token: 't' })])
    expect([session.value.status.value, session.value.note.value, sockets.length]).toEqual(['local', undefined, 0])
})

it('plays recordings without a token, and says why', async () => {
  const { session } = open({ flavour: 'dev' })
  expect(session.value.status.value).toBe('connecting')
  await expect.poll(() => session.value.status.value).toBe('local')
  expect(session.value.note.value).toBe('token')
})

it('connects once another window tells the token', async () => {
  const { session, sockets } = open({ flavour: 'dev' }, { later: Promise.resolve('secret') })
  await expect.poll(() => sockets.length).toBe(1)
  expect(sockets[0]!.protocols.at(-1)).toMatch(/secret$/)
  expect([session.value.status.value, session.value.note.value]).toEqual(['connecting', undefined])
})

it('shares the token that the service took, once', async () => {
  const { sockets, done } = open({ flavour: 'dev' }, { token: 'secret' })
  await expect.poll(() => sockets.length).toBe(1)
  expect(sockets[0]!.url).toMatch(/^wss:\/\/talk\.example\//)
  expect(sockets[0]!.protocols.at(-1)).toMatch(/secret$/)
  sockets[0]!.onOpen!()
  sockets[0]!.onOpen!()
  expect(done).toEqual(['share'])
})

it('drops a token that the service refused, and waits for a service that is away', async () => {
  const refused = open({ flavour: 'dev' }, { token: 'old' })
  await expect.poll(() => refused.sockets.length).toBe(1)
  expect(await refused.sockets[0]!.onRefused!()).toBe(false)
  expect([refused.done, refused.session.value.note.value]).toEqual([['drop'], 'token'])
  const away = open({ flavour: 'dev' }, { token: 'good', answers: false })
  await expect.poll(() => away.sockets.length).toBe(1)
  expect(await away.sockets[0]!.onRefused!()).toBe(true)
  expect(away.session.value.status.value).toBe('connecting')
})

it('only reads on the audience\'s own devices', () => {
  const { sockets } = open({ flavour: 'audience' }, { token: 't' })
  expect(sockets[0]).toMatchObject({ readOnly: true, protocols: [expect.not.stringContaining('token')] })
})

it('is known once a session plays recordings or is open', async () => {
  await expect(whenKnown(open({}).session)).resolves.toBeUndefined()
})

it('loads the page again whose step is another one by now', async () => {
  const { sockets, done } = open({ flavour: 'dev' }, { token: 'secret' })
  await expect.poll(() => sockets.length).toBe(1)
  expect(sockets[0]!.hashOf!('a')).toBe(deckInfo([['a']], {}).steps[0]!.hash)
  expect(sockets[0]!.hashOf!('none')).toBeUndefined()
  sockets[0]!.onChanged!()
  expect(done).toEqual(['reload'])
})
