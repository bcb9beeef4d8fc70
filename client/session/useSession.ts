import type { ShallowRef } from 'vue'
import type { SessionClient } from './sessionClient.ts'
import { useClient } from '../useClient.ts'

/**
 * The one session client of this window.
 * In print and where no service answers it plays and shows recordings and opens no connection.
 */
export function useSession(printing: boolean): Readonly<ShallowRef<SessionClient>> {
  return useClient().session(printing)
}
