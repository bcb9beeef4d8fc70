import type { EffectScope } from 'vue'
import type { SessionClient } from './sessionClient.ts'
import { recordCommand, remote, served, steps } from 'virtual:kamishibai/deck'
import { effectScope, shallowRef, watch } from 'vue'
import { SOCKET_PATH, SUBPROTOCOL, TOKEN_PREFIX } from '../../runners/protocol/wire.ts'
import { createLocalSession } from './localSession.ts'
import { loadRecording } from './recordings.ts'
import { createSessionState } from './sessionClient.ts'
import { createSocketSession } from './socketSession.ts'
import { dropToken, findToken, shareToken } from './token.ts'

let scope: EffectScope | undefined
const current = shallowRef<SessionClient>()

function toLocal(): SessionClient {
  return createLocalSession({
    load: loadRecording,
    command: recordCommand ? id => `${recordCommand} ${id}` : undefined,
    needs: id => steps.find(step => step.id === id)?.needs ?? [],
  })
}

/** A client that stands in until the token is found. */
function placeholder(): SessionClient {
  const nothing = (): void => {}
  return { ...createSessionState('connecting'), start: nothing, cancel: nothing, close: nothing, log: () => Promise.reject(new Error('not connected yet')) }
}

/** Whether this server still answers: it then refused the token. */
async function serverAnswers(): Promise<boolean> {
  return fetch(import.meta.env.BASE_URL, { method: 'HEAD' }).then(() => true, () => false)
}

function playLocally(): void {
  const local = toLocal()
  local.note.value = 'token'
  current.value?.close()
  current.value = local
}

function socketUrl(base: string): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${base}${SOCKET_PATH}`
}

async function connect(): Promise<void> {
  const token = await findToken()
  if (!token)
    return playLocally()
  let shared = false
  current.value = createSocketSession({
    url: socketUrl(import.meta.env.BASE_URL.replace(/\/$/, '')),
    protocols: [SUBPROTOCOL, TOKEN_PREFIX + token],
    onOpen() {
      if (!shared)
        shareToken()
      shared = true
    },
    async onRefused() {
      if (!await serverAnswers())
        return true
      dropToken()
      playLocally()
      return false
    },
  })
}

/**
 * The one session client of this window, made at its first use.
 * In print and where no service answers it plays and shows recordings and opens no connection.
 */
export function useSession(printing: boolean): { readonly value: SessionClient } {
  if (!scope) {
    scope = effectScope(true)
    scope.run(() => {
      if (printing || !served) {
        current.value = toLocal()
        return
      }
      if (remote) {
        current.value = createSocketSession({ url: socketUrl(''), protocols: [SUBPROTOCOL], readOnly: true })
        return
      }
      current.value = placeholder()
      void connect()
    })
  }
  return current as { readonly value: SessionClient }
}

/** Resolves when the session has told what ran before: nothing is started on a guess. */
export function whenKnown(): Promise<void> {
  return new Promise((resolve) => {
    const stop = watch(() => current.value?.status.value, (status) => {
      if (status !== 'open' && status !== 'local')
        return
      // The snapshots follow the greeting at once.
      setTimeout(resolve, 300)
      queueMicrotask(() => stop())
    }, { immediate: true })
  })
}
