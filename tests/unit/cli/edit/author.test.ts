import type { StepChange } from '../../../../runners/service/presenting.ts'
import type { Behaviour } from '../../../_session.ts'
import { expect, it, onTestFinished } from 'vitest'
import { createAuthor } from '../../../../runners/cli/edit/author.ts'
import { fence, onDecks } from '../../../_decks.ts'
import { exits, lasts, sessionOf } from '../../../_session.ts'

const decks = onDecks()

/** A deck that is edited: what is told, and how often its page has to know more. */
async function edited(body: string, behave: Behaviour = exits()) {
  const deck = await decks.parse(body)
  const session = await sessionOf(deck.steps, behave)
  onTestFinished(async () => void await session.close())
  await session.take(deck)
  const told: string[] = []
  const author = createAuthor(session, { info: line => told.push(line), warn: line => told.push(`! ${line}`) })
  const pages: StepChange[] = []
  author.onTaken(change => pages.push(change))
  const save = async (text: string): Promise<void> => {
    await decks.parse(text)
    await author.take()
  }
  return { session, told, save, pages }
}

it('takes over a step that changed, in one line, and keeps the runs of the others', async () => {
  const { session, told, save, pages } = await edited(fence('sh {run id=a}') + fence('sh {run id=b}'))
  const run = session.start('b')
  await run.over
  await save(fence('sh {run id=a}', 'false') + fence('sh {run id=b}'))
  expect(told).toEqual(['deck.md: a as saved'])
  expect(pages).toEqual([{ type: 'code', hashes: Object.fromEntries(session.deck.steps.map(({ id, hash }) => [id, hash])) }])
  expect(session.deck.steps[0]).toMatchObject({ id: 'a', code: 'false' })
  expect(session.runOf('b')).toBe(run)
  expect(session.deck.steps[1]).toBe(run.step)
})

it('tells nothing of a change of the text alone', async () => {
  const { told, save, pages } = await edited(fence('sh {run id=a}'))
  await save(fence('sh {run id=a}').replace('# T', '# Other'))
  expect(told).toEqual([])
  expect(pages).toEqual([])
})

it('takes over what stands, and says how many mistakes there are', async () => {
  const { session, told, save, pages } = await edited(fence('sh {run id=a}') + fence('sh {run id=b}'))
  await save(fence('sh {run id=a}', 'false') + fence('sh {run id=b rows=nine}'))
  expect(pages).toEqual([{ type: 'steps' }])
  expect(told).toEqual(['deck.md: a, b as saved; 1 mistake stands in the deck'])
  expect(session.deck.steps.map(({ id }) => id)).toEqual(['a'])
})

it.each([
  ['settings', '---\nkamishibai: {env: [TOKEN]}\n---\n\n', '', 'kamishibai.env'],
  ['a grant', '---\nkamishibai: {grants: ["unguarded:a"]}\n---\n\n', '', 'kamishibai.grants'],
  ['a host', '', fence('http {request id=b}', 'GET http://example.org/'), 'example.org'],
])('takes over no change that wants more than was approved: %s; told once', async (_, head, more, names) => {
  const { session, told, save, pages } = await edited(fence('sh {run id=a}'))
  const { steps } = session.deck
  await save(head + fence('sh {run id=a}', 'false') + more)
  await save(head + fence('sh {run id=a}', 'true ') + more)
  expect(told).toEqual([expect.stringMatching(/^! deck\.md: the change wants more than you approved/)])
  expect(told[0]).toContain(names)
  expect(session.deck.steps).toBe(steps)
  expect(pages).toEqual([])
})

it('takes over no step while a shell runs that could have written it', async () => {
  const { session, told, save } = await edited(fence('sh {run id=a until=match=/up/}') + fence('sh {run id=b}'), lasts)
  const run = session.start('a')
  await save(fence('sh {run id=a until=match=/up/}') + fence('sh {run id=b}', 'false'))
  expect(told).toEqual([expect.stringMatching(/^! deck\.md: a step may have changed it, for a still runs/)])
  expect(session.deck.steps[1]!.code).toBe('true')
  run.cancel('enough')
  await run.over
  await save(fence('sh {run id=a until=match=/up/}') + fence('sh {run id=b}', 'false'))
  expect(session.deck.steps[1]!.code).toBe('false')
})
