import type { TakingOptions } from '../../../../runners/cli/stage/taking.ts'
import type { Service } from '../../../../runners/service/service.ts'
import type { KeptBuild } from '../../../../runners/service/store/builds.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { takeChanges } from '../../../../runners/cli/stage/taking.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { createService } from '../../../../runners/service/service.ts'

const deckOf = (words: string, code = 'echo one'): string => `# ${words}\n\n\`\`\`sh {run id=one}\n${code}\n\`\`\`\n`

let dir: string
let file: string
let service: Service

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-taking-'))
  file = join(dir, 'deck.md')
  await writeFile(file, deckOf('One'))
  service = await createService({ deck: await parseDeck(file), mode: 'replay', live: false })
})
afterEach(async () => {
  await service.close()
  await rm(dir, { recursive: true, force: true })
})

/** A talk whose changes are taken; what was asked, built and shown. */
async function onTalk(options: Partial<TakingOptions> = {}): Promise<{ asked: number, shown: number, state: () => string }> {
  const { session } = service
  const talk = { asked: 0, shown: 0, state: () => session.change.now.state }
  onTestFinished(await takeChanges({
    session,
    read: () => parseDeck(file),
    approve: () => Promise.resolve(Boolean(++talk.asked)),
    build: () => Promise.resolve({} as KeptBuild),
    show: () => Promise.resolve(void talk.shown++),
    tell: { info: () => {}, warn: () => {} },
    ...options,
  }))
  return talk
}

it('takes text without a question, and a step with one', async () => {
  const talk = await onTalk()
  await writeFile(file, deckOf('Two'))
  await expect.poll(talk.state).toBe('changed')
  service.session.askTake()
  await expect.poll(() => talk).toMatchObject({ asked: 0, shown: 1 })
  await expect.poll(talk.state).toBe('none')
  await writeFile(file, deckOf('Two', 'echo two'))
  await expect.poll(talk.state).toBe('changed')
  service.session.askTake()
  await expect.poll(() => talk).toMatchObject({ asked: 1, shown: 2 })
  expect(service.session.deck.steps[0]!.code).toBe('echo two')
})

it('leaves a step as it is where the question gets a no', async () => {
  const talk = await onTalk({ approve: () => Promise.resolve(false) })
  await writeFile(file, deckOf('One', 'echo two'))
  await expect.poll(talk.state).toBe('changed')
  service.session.askTake()
  await expect.poll(talk.state).toBe('changed')
  expect(talk.shown).toBe(0)
  expect(service.session.deck.steps[0]!.code).toBe('echo one')
})

it('tells of what is saved while it builds', async () => {
  const talk = await onTalk({
    async build() {
      await writeFile(file, deckOf('Three'))
      return {} as KeptBuild
    },
  })
  await writeFile(file, deckOf('Two'))
  await expect.poll(talk.state).toBe('changed')
  service.session.askTake()
  await expect.poll(() => talk.shown).toBe(1)
  await expect.poll(talk.state).toBe('changed')
})

it('goes on as before where the build fails, and takes the change once it does not', async () => {
  let fails = true
  const talk = await onTalk({ build: () => fails ? Promise.reject(new Error('no')) : Promise.resolve({} as KeptBuild) })
  await writeFile(file, deckOf('Two'))
  await expect.poll(talk.state).toBe('changed')
  service.session.askTake()
  await expect.poll(() => service.session.change.now).toMatchObject({ state: 'failed', reason: 'no' })
  fails = false
  service.session.askTake()
  await expect.poll(() => talk.shown).toBe(1)
})
