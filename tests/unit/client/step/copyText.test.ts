import type { CopyWindow } from '../../../../client/step/copyText.ts'
import { expect, it } from 'vitest'
import { copyText } from '../../../../client/step/copyText.ts'

/** A page whose old way of copying works or not, and what it has on the clipboard. */
function page(clipboard: CopyWindow['navigator']['clipboard'], works = true): CopyWindow & { copied: string[] } {
  const copied: string[] = []
  const areas: { value: string }[] = []
  const document = {
    activeElement: null,
    createElement: () => ({
      style: {},
      value: '',
      select() {
        areas.push(this)
      },
      remove: () => void areas.pop(),
    }),
    body: { append() {} },
    execCommand: () => works && copied.push(areas.at(-1)!.value) > 0,
  } as unknown as Document
  return { navigator: { clipboard }, document, copied }
}

it('copies by the clipboard of a secure page', async () => {
  const written: string[] = []
  const secure = page({ writeText: async text => void written.push(text) })
  expect(await copyText('echo a', secure)).toBe(true)
  expect([written, secure.copied]).toEqual([['echo a'], []])
})

it('copies without one, as over plain HTTP', async () => {
  const plain = page(undefined)
  expect(await copyText('echo a', plain)).toBe(true)
  expect(plain.copied).toEqual(['echo a'])
})

it('copies where the clipboard refuses', async () => {
  const framed = page({ writeText: () => Promise.reject(new Error('not allowed')) })
  expect(await copyText('echo a', framed)).toBe(true)
  expect(framed.copied).toEqual(['echo a'])
})

it('says that nothing was copied', async () => {
  expect(await copyText('echo a', page(undefined, false))).toBe(false)
})
