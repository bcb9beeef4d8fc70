import type { InjectionKey, ShallowRef } from 'vue'
import { shallowRef } from 'vue'

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

export interface OverlayState {
  open: Readonly<ShallowRef<boolean>>
  /** Opens or closes it in this window alone. */
  take: (open: boolean) => void
  /** Opens or closes it in all windows of this browser. */
  set: (open: boolean) => void
  dispose: () => void
}

export interface OverlayOptions {
  /** The step that lies over its slide in this window. */
  over: ShallowRef<string | undefined>
  /** The channel between the windows of this browser. */
  channel?: Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage'>
}

const openOwn = (): BroadcastChannel => new BroadcastChannel(`kamishibai.overlay:${import.meta.env.BASE_URL}`)

/** Whether a step lies over its slide, the same in all windows of this browser; one step at a time does. */
export function createOverlay(step: string, { over, channel = openOwn() }: OverlayOptions): OverlayState {
  const open = shallowRef(false)
  const take = (value: boolean): void => {
    open.value = value
    if (value)
      over.value = step
    else if (over.value === step)
      over.value = undefined
  }
  channel.onmessage = ({ data }: MessageEvent<OverlayMessage>) =>
    take(data.step === step ? data.open : open.value && !data.open)
  return {
    open,
    take,
    set(value) {
      take(value)
      channel.postMessage({ step, open: value } satisfies OverlayMessage)
    },
    dispose: () => channel.close(),
  }
}
