import { expect, it } from 'vitest'
import { loadAgain } from '../../../../client/session/retry.ts'

function failing(times: number): {
  load: () => Promise<string>
  pauses: number[]
  wait: (ms: number) => Promise<void>
} {
  const pauses: number[] = []
  let n = 0
  return {
    pauses,
    wait: async ms => void pauses.push(ms),
    load: async () => {
      if (++n <= times)
        throw new Error(`failure ${n}`)
      return 'there'
    },
  }
}

it('tries until it is there, with pauses that grow up to the longest', async () => {
  const { load, wait, pauses } = failing(6)
  await expect(loadAgain(load, { wait })).resolves.toBe('there')
  expect(pauses).toEqual([250, 500, 1000, 2000, 2000, 2000])
})

it('throws the last failure after so many attempts', async () => {
  const { load, wait, pauses } = failing(6)
  await expect(loadAgain(load, { wait, attempts: 3 })).rejects.toThrow('failure 3')
  expect(pauses).toHaveLength(2)
})

it('ends when the caller gives up', async () => {
  const { load, wait } = failing(6)
  await expect(loadAgain(load, {
    wait,
    onFail(error, failures) {
      if (failures === 2)
        throw error
    },
  })).rejects.toThrow('failure 2')
})
