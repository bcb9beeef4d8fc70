import { expect, it } from 'vitest'
import { createRecordings } from '../../../../client/session/recordings.ts'
import { recordingText } from '../_deck.ts'

it('loads a recording once, whoever asks', async () => {
  let loads = 0
  const load = createRecordings({ a: async () => {
    loads++
    return recordingText('a', 'hello', false)
  } })
  const [one, two] = await Promise.all([load('a'), load('a')])
  expect(one).toBe(two)
  expect(one).toMatchObject({ fresh: false, cols: 40, header: { step: 'a' } })
  expect(loads).toBe(1)
})

it('knows of no recording where there is none', async () => {
  const load = createRecordings({ a: async () => null })
  expect(await Promise.all([load('a'), load('b')])).toEqual([undefined, undefined])
})

it('asks again after a failure', async () => {
  const failures = Array.from({ length: 6 }, () => new Error('cut'))
  const load = createRecordings({ a: async () => {
    const failure = failures.pop()
    if (failure)
      throw failure
    return recordingText('a', 'hello')
  } }, { wait: async () => {} })
  await expect(load('a')).rejects.toThrow('cut')
  expect(await load('a')).toMatchObject({ fresh: true })
})

it('tells a damaged recording by its line', async () => {
  const load = createRecordings({ a: async () => ({ ...recordingText('a', ''), events: 'no line\n' }) })
  await expect(load('a')).rejects.toMatchObject({ code: 'recording-damaged' })
})
