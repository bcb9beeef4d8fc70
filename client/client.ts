import type { ShallowRef } from 'vue'
import type { DeckInfo } from './deckInfo.ts'
import type { Parts } from './enlarge/parts.ts'
import type { LoadRecording, RecordingSources } from './session/recordings.ts'
import type { SessionClient } from './session/sessionClient.ts'
import type { TokenStore } from './session/token.ts'
import type { AgainSlot } from './step/again.ts'
import type { Bounce } from './step/bounce.ts'
import type { StepKeys } from './step/keys.ts'
import { shallowRef } from 'vue'
import { createParts } from './enlarge/parts.ts'
import { createRecordings } from './session/recordings.ts'
import { createTokenStore } from './session/token.ts'
import { createWindowSession } from './session/windowSession.ts'
import { createAgainSlot } from './step/again.ts'
import { createBounce } from './step/bounce.ts'
import { createStepKeys } from './step/keys.ts'

/** What the parts of one window share. */
export interface Client {
  deck: DeckInfo
  token: TokenStore
  loadRecording: LoadRecording
  /** The session, made at the first use; in print it only shows recordings. */
  session: (printing: boolean) => Readonly<ShallowRef<SessionClient>>
  again: AgainSlot
  bounce: Bounce
  keys: StepKeys
  /** The step that lies over its slide in this window. */
  over: ShallowRef<string | undefined>
  /** What can fill its slide in this window. */
  parts: Parts
  /** Whether slides say why steps failed; else only the presenter's view does. */
  reasons: ShallowRef<boolean>
}

export interface ClientOptions {
  token?: TokenStore
  /** Where keys are pressed. @default window */
  keys?: EventTarget
}

/** The client of a window that shows `deck`. */
export function createClient(deck: DeckInfo, recordings: RecordingSources, options: ClientOptions = {}): Client {
  const { token = createTokenStore(), keys } = options
  const loadRecording = createRecordings(recordings)
  const again = createAgainSlot()
  let session: Readonly<ShallowRef<SessionClient>> | undefined
  return {
    deck,
    token,
    loadRecording,
    session: printing => session ??= createWindowSession({ deck, loadRecording, token, printing }),
    again,
    bounce: createBounce(),
    keys: createStepKeys({ again, source: keys }),
    over: shallowRef(),
    parts: createParts(),
    reasons: shallowRef(false),
  }
}
