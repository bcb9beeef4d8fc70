import { useBroadcastChannel, useEventListener } from '@vueuse/core'
import { watch } from 'vue'
import { isTyping } from '../step/keys.ts'
import { useClient } from '../useClient.ts'

interface Told { shown: boolean }

/** The key `i`: slides say why their steps failed, in all windows of this browser; once more, and they do not. */
export function useReasonsKey(): void {
  const { reasons } = useClient()
  const channel = useBroadcastChannel<Told, Told>({ name: `kamishibai.reasons:${import.meta.env.BASE_URL}` })
  watch(channel.data, told => told && (reasons.value = told.shown))
  useEventListener('keydown', ({ key, ctrlKey, altKey, metaKey, repeat, target }) => {
    if (key !== 'i' || ctrlKey || altKey || metaKey || repeat || isTyping(target))
      return
    reasons.value = !reasons.value
    channel.post({ shown: reasons.value })
  })
}
