import type { InjectionKey, ShallowRef } from 'vue'
import { useIsSlideActive } from '@slidev/client'
import { remote } from 'virtual:kamishibai/deck'
import { onScopeDispose, shallowRef, watch } from 'vue'
import { useSession } from '../session/useSession.ts'

interface OverlayMessage { step: string, open: boolean }

/** What a part of an overlay may know of it. */
export interface Overlay {
  /** How it was opened in this window, while its focus waits for a part that takes it. */
  waiting: () => 'key' | 'pointer' | undefined
  /** Takes the focus back. */
  focus: () => void
}

/** The overlay that a component lies in. */
export const OVERLAY: InjectionKey<Overlay> = Symbol('kamishibai.overlay')

/** The step that lies over its slide in this window. */
export const over = shallowRef<string>()

/** Whether a step lies over its slide, the same in all windows of this browser and, where the talk has it open, on the audience's own devices; Escape and leaving the slide close it. */
export function useOverlay(step: string): { open: ShallowRef<boolean>, show: () => void, hide: () => void } {
  const open = shallowRef(false)
  const take = (value: boolean): void => {
    open.value = value
    if (value)
      over.value = step
    else if (over.value === step)
      over.value = undefined
  }
  const channel = new BroadcastChannel(`kamishibai.overlay:${import.meta.env.BASE_URL}`)
  const set = (value: boolean): void => {
    take(value)
    channel.postMessage({ step, open: value } satisfies OverlayMessage)
  }
  channel.onmessage = ({ data }: MessageEvent<OverlayMessage>) => {
    // One at a time.
    take(data.step === step ? data.open : open.value && !data.open)
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && open.value)
      set(false)
  }
  window.addEventListener('keydown', onKey)
  const onSlide = useIsSlideActive()
  watch(onSlide, here => here || take(false))
  if (remote) {
    const session = useSession(false)
    watch(() => session.value.pace.value?.over === step, take, { immediate: true })
  }
  onScopeDispose(() => {
    channel.close()
    window.removeEventListener('keydown', onKey)
  })
  return { open, show: () => set(true), hide: () => set(false) }
}
