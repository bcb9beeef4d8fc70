import { expect, it, onTestFinished } from 'vitest'
import { createTokenStore } from '../../../../client/session/token.ts'

/** The windows of one origin. */
function createOrigin() {
  const name = `token:${Math.random()}`
  const open: BroadcastChannel[] = []
  onTestFinished(() => open.forEach(channel => channel.close()))
  return (kept?: string) => {
    const stored = new Map(kept ? [['kamishibai.token', kept]] : [])
    const store = createTokenStore({
      storage: {
        getItem: key => stored.get(key) ?? null,
        setItem: (key, value) => void stored.set(key, value),
        removeItem: key => void stored.delete(key),
      },
      openChannel: () => open[open.push(new BroadcastChannel(name)) - 1]!,
    })
    return { ...store, stored }
  }
}

it('finds the token of another window that shares it', async () => {
  const createWindow = createOrigin()
  const [one, two] = [createWindow('secret'), createWindow()]
  await one.find()
  one.share()
  expect(two.known()).toBeUndefined()
  expect(await two.find()).toBe('secret')
  expect([two.known(), [...two.stored.values()]]).toEqual(['secret', ['secret']])
})

it('finds nothing where no window knows, and nothing any more once it was refused', async () => {
  const createWindow = createOrigin()
  const [one, two] = [createWindow('secret'), createWindow()]
  expect(await two.find()).toBeUndefined()
  await one.find()
  one.drop()
  expect([one.known(), one.stored.size]).toEqual([undefined, 0])
})

it('takes the token of a window that was busy, or that comes later', async () => {
  const createWindow = createOrigin()
  const [one, two] = [createWindow('secret'), createWindow()]
  expect(await two.find()).toBeUndefined()
  const later = two.later()
  await one.find()
  one.share()
  expect(await later).toBe('secret')
  expect(two.known()).toBe('secret')
})

it('takes no token twice that was refused', async () => {
  const createWindow = createOrigin()
  const [old, two, young] = [createWindow('old'), createWindow('old'), createWindow('young')]
  await old.find()
  old.share()
  two.drop()
  expect(await two.find()).toBeUndefined()
  const later = two.later()
  await young.find()
  young.share()
  expect(await later).toBe('young')
})
