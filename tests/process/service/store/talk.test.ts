import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { keepAwake } from '../../../../runners/cli/process/desktop.ts'
import { settingsSchema } from '../../../../runners/protocol/headmatter.ts'
import { LABELS } from '../../../../runners/protocol/runner.ts'
import { watchHealth } from '../../../../runners/service/service.ts'
import { keepTalk, presenterOf, readTalk, stepsToResume } from '../../../../runners/service/store/talk.ts'
import { openFolder, privateDirOf } from '../../../../runners/service/sweep/folders.ts'
import { ownerId } from '../../../../runners/service/sweep/owner.ts'
import { exits, sessionOf, step } from '../../../_session.ts'

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-talk-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

it('keeps the slide and what has passed until the talk comes to its own end', async () => {
  const env = { XDG_STATE_HOME: await folder() }
  const session = await sessionOf([step('a'), step('b')], exits())
  onTestFinished(() => void session.close())
  expect(readTalk(session.deck.file, env)).toBeUndefined()
  const end = keepTalk(session, env)
  session.pace.show(7)
  await session.start('a').moment
  expect(readTalk(session.deck.file, env)).toEqual({ deck: 'deck.md', session: session.id, slide: 7, passed: ['a'] })
  await session.reset()
  session.pace.show(2)
  expect(readTalk(session.deck.file, env)).toMatchObject({ slide: 2, passed: [] })
  end()
  expect(readTalk(session.deck.file, env)).toBeUndefined()
})

it('leaves alone what another talk of the deck wrote since', async () => {
  const env = { XDG_STATE_HOME: await folder() }
  const [one, two] = [await sessionOf([step('a')], exits()), await sessionOf([step('a')], exits())]
  onTestFinished(() => void one.close())
  onTestFinished(() => void two.close())
  const end = keepTalk({ ...one, id: 'one' }, env)
  one.pace.show(1)
  keepTalk({ ...two, id: 'two' }, env)
  two.pace.show(3)
  end()
  expect(readTalk(one.deck.file, env)).toMatchObject({ session: 'two', slide: 3 })
})

it('knows who presents a deck until that process is gone', async () => {
  const env = { XDG_STATE_HOME: await folder() }
  const session = await sessionOf([step('a')], exits())
  onTestFinished(() => void session.close())
  const privateDir = privateDirOf(session.id)
  onTestFinished(() => rm(privateDir, { recursive: true, force: true }))
  const { file } = session.deck
  const present = (owner: string): Promise<void> => openFolder({ sessionId: session.id, privateDir, deckDir: '/', settings: settingsSchema.parse({}), labels: { [LABELS.owner]: owner }, env }, [])
  onTestFinished(keepTalk(session, env))
  await present(ownerId())
  expect(await presenterOf(file, env)).toBeUndefined()
  session.pace.show(1)
  expect(await presenterOf(file, env)).toBe(process.pid)
  await present(ownerId().replace(`:${process.pid}:`, ':999999999:'))
  expect(await presenterOf(file, env)).toBeUndefined()
})

it('runs again what had passed and is still needed, what it needs itself first', () => {
  const on = (slide: number): { slide: number, slides: number[] } => ({ slide, slides: [slide] })
  const steps = [step('image', on(1)), step('seen', on(2)), step('web', { ...on(2), needs: ['image'] }), step('skipped', on(3)), step('ask', { ...on(5), needs: ['web', 'skipped'] })]
  expect(stepsToResume({ steps }, { deck: 'deck.md', session: 'a', slide: 4, passed: ['image', 'seen', 'web'] })).toEqual(['image', 'web'])
  expect(stepsToResume({ steps }, { deck: 'deck.md', session: 'a', slide: 6, passed: ['image', 'seen', 'web'] })).toEqual([])
})

it('asks the engines one question after the other until it is ended', async () => {
  let asked = 0
  const twice = Promise.withResolvers<void>()
  const end = watchHealth({ checkHealth: async () => void (++asked === 2 && (end(), twice.resolve())) }, 1)
  await twice.promise
  expect(asked).toBe(2)
})

const INHIBITOR = `require('fs').writeFileSync(process.argv[1], String(process.pid)); process.stdin.resume().on('end', () => { require('fs').writeFileSync(process.argv[1], 'ended') })`

it('ends the sleep inhibitor with the talk, also when it is killed', async () => {
  const file = join(await folder(), 'inhibitor')
  const state = (): Promise<string> => readFile(file, 'utf8').catch(() => '')
  const end = keepAwake([process.execPath, '-e', INHIBITOR, file])
  await expect.poll(state, { timeout: 10_000 }).toMatch(/^\d+$/)
  end()
  await expect.poll(state, { timeout: 10_000 }).toBe('ended')

  const awake = pathToFileURL(join(import.meta.dirname, '../../../../runners/cli/process/desktop.ts')).href
  const other = `${file}-killed`
  const talk: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', `import { keepAwake } from ${JSON.stringify(awake)}; keepAwake(${JSON.stringify([process.execPath, '-e', INHIBITOR, other])}); setInterval(() => {}, 1000)`])
  const gone = once(talk, 'exit')
  const second = (): Promise<string> => readFile(other, 'utf8').catch(() => '')
  await expect.poll(second, { timeout: 10_000 }).toMatch(/^\d+$/)
  talk.kill('SIGKILL')
  await gone
  await expect.poll(second, { timeout: 10_000 }).toBe('ended')
})

it('goes on without an inhibitor where the system has none', () => {
  expect(() => keepAwake(['/no/such/program'])()).not.toThrow()
})
