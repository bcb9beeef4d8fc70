import { expect, it, onTestFinished } from 'vitest'
import { shallowRef } from 'vue'
import { createOverlay } from '../../../../client/step/overlay.ts'

/** The windows of a browser: each hears what the others post. */
function createBrowser() {
  const channels = new Set<Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage'>>()
  return () => {
    const channel: Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage'> = {
      onmessage: null,
      postMessage: data =>
        [...channels]
          .filter(other => other !== channel)
          .forEach(other => other.onmessage?.call({} as never, { data } as never)),
      close: () => void channels.delete(channel),
    }
    channels.add(channel)
    return channel
  }
}

/** A window with the overlays of two steps. */
function createWindow(open: ReturnType<typeof createBrowser>) {
  const over = shallowRef<string>()
  const [a, b] = ['a', 'b'].map(step => createOverlay(step, { over, channel: open() })) as [ReturnType<typeof createOverlay>, ReturnType<typeof createOverlay>]
  onTestFinished(() => [a, b].forEach(overlay => overlay.dispose()))
  return { over, a, b }
}

it('opens and closes in all windows of a browser', () => {
  const open = createBrowser()
  const [one, two] = [createWindow(open), createWindow(open)]
  one.a.set(true)
  expect([one.over.value, two.over.value, two.a.open.value]).toEqual(['a', 'a', true])
  two.a.set(false)
  expect([one.over.value, two.over.value, one.a.open.value]).toEqual([undefined, undefined, false])
})

it('gives way to the one that is opened after it', () => {
  const open = createBrowser()
  const [one, two] = [createWindow(open), createWindow(open)]
  one.a.set(true)
  two.b.set(true)
  expect([one, two].map(({ a, b, over }) => [a.open.value, b.open.value, over.value])).toEqual([[false, true, 'b'], [false, true, 'b']])
})

it('closes in one window alone when its slide is left', () => {
  const open = createBrowser()
  const [one, two] = [createWindow(open), createWindow(open)]
  one.a.set(true)
  one.a.take(false)
  expect([one.over.value, two.over.value]).toEqual([undefined, 'a'])
})
