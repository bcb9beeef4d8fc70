import type { ShallowRef } from 'vue'
import type { DeckInfo } from '../deckInfo.ts'
import type { LoadRecording } from './recordings.ts'
import type { SessionClient } from './sessionClient.ts'
import type { TokenStore } from './token.ts'
import { shallowRef, watch } from 'vue'
import { SOCKET_PATH, SUBPROTOCOL, TOKEN_PREFIX } from '../../runners/protocol/wire.ts'
import { isServed } from '../deckInfo.ts'
import { createLocalSession } from './localSession.ts'
import { createSessionState } from './sessionClient.ts'
import { createSocketSession } from './socketSession.ts'

export interface WindowSessionOptions {
  deck: DeckInfo
  loadRecording: LoadRecording
  token: Pick<TokenStore, 'find' | 'later' | 'share' | 'drop'>
  printing: boolean
  /** Whether the server still answers: it then refused the token. */
  serverAnswers?: () => Promise<boolean>
  connect?: typeof createSocketSession
  /** Loads the page again. */
  reload?: () => void
}

/** A client that stands in until the token is found. */
function createPlaceholder(): SessionClient {
  const nothing = (): void => {}
  return {
    ...createSessionState('connecting'),
    start: nothing,
    cancel: nothing,
    enlarge: nothing,
    close: nothing,
    log: () => Promise.reject(new Error('not connected yet')),
  }
}

function socketUrl(base: string): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${base}${SOCKET_PATH}`
}

function askServer(): Promise<boolean> {
  return fetch(import.meta.env.BASE_URL, { method: 'HEAD' }).then(() => true, () => false)
}

/** The session client of one window; another one takes its place when the service refuses the token. */
export function createWindowSession(options: WindowSessionOptions): Readonly<ShallowRef<SessionClient>> {
  const { deck, loadRecording, token, printing } = options
  const { serverAnswers = askServer, connect = createSocketSession, reload = () => location.reload() } = options
  const { steps, recordCommand, flavour } = deck
  const createLocal = (): SessionClient => createLocalSession({
    load: loadRecording,
    command: recordCommand ? id => `${recordCommand} ${id}` : undefined,
    needs: id => steps.find(step => step.id === id)?.needs ?? [],
  })
  if (printing || !isServed(flavour))
    return shallowRef(createLocal())
  if (flavour === 'audience')
    return shallowRef(connect({ url: socketUrl(''), protocols: [SUBPROTOCOL], readOnly: true }))

  const current = shallowRef(createPlaceholder())

  function playLocally(): void {
    const local = createLocal()
    local.note.value = 'token'
    current.value.close()
    current.value = local
    void token.later().then(connectWith)
  }

  function connectWith(found: string): void {
    let shared = false
    current.value.close()
    current.value = connect({
      url: socketUrl(import.meta.env.BASE_URL.replace(/\/$/, '')),
      protocols: [SUBPROTOCOL, TOKEN_PREFIX + found],
      hashOf: id => steps.find(step => step.id === id)?.hash,
      build: deck.build,
      onChanged: reload,
      onOpen() {
        if (!shared)
          token.share()
        shared = true
      },
      async onRefused() {
        if (!await serverAnswers())
          return true
        token.drop()
        playLocally()
        return false
      },
    })
  }

  void token.find().then(found => found ? connectWith(found) : playLocally())
  return current
}

/** Resolves when the session has told what ran before: nothing is started on a guess. */
export function whenKnown(session: Readonly<ShallowRef<SessionClient>>): Promise<void> {
  return new Promise((resolve) => {
    const stop = watch(() => session.value.status.value, (status) => {
      if (status !== 'open' && status !== 'local')
        return
      // The snapshots follow the greeting at once.
      setTimeout(resolve, 300)
      queueMicrotask(() => stop())
    }, { immediate: true })
  })
}
