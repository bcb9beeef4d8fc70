import type { Client } from '../../../../client/client.ts'
import type { StepClient } from '../../../../client/step/stepClient.ts'
import { expect, it, onTestFinished, vi } from 'vitest'
import { shallowRef } from 'vue'
import { createClient } from '../../../../client/client.ts'
import { createClientRun } from '../../../../client/session/clientRun.ts'
import { createStepClient } from '../../../../client/step/stepClient.ts'
import { screenText } from '../../../../runners/protocol/screen.ts'
import { deckInfo, noToken, recordingText } from '../_deck.ts'

/** A window of a deck whose step `b` needs `a`; `never` was not recorded. */
function createWindow(options: Parameters<typeof deckInfo>[1] = {}): Client {
  const deck = deckInfo([['a'], ['b', { needs: ['a'] }], ['never']], options)
  return createClient(deck, { a: async () => recordingText('a', 'one'), b: async () => recordingText('b', 'two', false) }, { token: noToken, keys: new EventTarget() })
}

function stepOf(client: Client, id: string, printing = false): StepClient {
  return createStepClient(id, client, { printing, now: shallowRef(Date.now()) })
}

it('plays the recording of a step and those that it needs', async () => {
  const client = createWindow()
  const [a, b] = [stepOf(client, 'a'), stepOf(client, 'b')]
  expect([b.state.value.phase, b.badge.value, b.elapsed.value]).toEqual(['idle', undefined, undefined])
  b.start()
  await expect.poll(() => b.state.value.phase).toBe('exited')
  expect([a.state.value.phase, b.badge.value, b.elapsed.value, b.stale.value]).toEqual(['exited', 'recorded', 0.1, true])
  await expect.poll(() => screenText(b.run.value!.lines.value)).toBe('two')
})

it('starts once where a press comes twice, and knows nothing of another window', async () => {
  const [one, two] = [createWindow(), createWindow()]
  const step = stepOf(one, 'a')
  step.start()
  step.start()
  await expect.poll(() => step.state.value.phase).toBe('exited')
  expect(step.run.value!.info.value.n).toBe(1)
  expect(stepOf(two, 'a').run.value).toBeUndefined()
  expect([one.bounce.isBounce(), two.bounce.isBounce()]).toEqual([true, false])
})

it('tells of a step that was never recorded only who could record it', async () => {
  const step = stepOf(createWindow(), 'never')
  step.start()
  await expect.poll(() => step.error.value?.code).toBe('no-recording')
  expect([step.error.value!.hint, step.unrecorded.value]).toEqual(['Record it: kamishibai record talk.md --only never', false])
  const audience = stepOf(createWindow({ recordCommand: '' }), 'never')
  await expect.poll(() => audience.unrecorded.value).toBe(true)
})

it('runs neither in print, nor on the audience\'s own devices, nor without a step', () => {
  expect(stepOf(createWindow(), 'a', true).canRun.value).toBe(false)
  expect(stepOf(createWindow(), 'missing').canRun.value).toBe(false)
  expect(stepOf(createWindow(), 'a').canRun.value).toBe(true)
})

it('shows a run again beside the last one', async () => {
  const client = createWindow()
  const step = stepOf(client, 'a')
  step.start()
  await expect.poll(() => step.state.value.phase).toBe('exited')
  vi.stubGlobal('requestAnimationFrame', () => 0)
  onTestFinished(() => void vi.unstubAllGlobals())
  await step.again()
  expect([step.badge.value, client.again.current.value?.step]).toEqual(['replay', 'a'])
  client.again.end()
  expect(step.badge.value).toBe('recorded')
})

it('goes on after its moment until it ends', () => {
  const client = createWindow()
  const step = stepOf(client, 'a')
  const run = createClientRun({ n: 1, step: 'a', mode: 'live', startedAt: 0, cols: 20, rows: 4 }, callback => callback())
  onTestFinished(run.dispose)
  client.session(false).value.runs.set('a', run)
  expect(step.lasting.value).toBe(false)
  run.apply({ seq: 1, at: 1, run: 1, type: 'phase', phase: 'ready' } as never)
  expect(step.lasting.value).toBe(true)
  run.apply({ seq: 2, at: 2, run: 1, type: 'phase', phase: 'exited' } as never)
  expect(step.lasting.value).toBe(false)
})
