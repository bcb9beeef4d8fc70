import { expect, it } from 'vitest'
import { DECK, onChanging, shown, SLOW } from './_changing.ts'

const talk = onChanging()

it('a change of the deck leaves the slides as at the start, in what is shown and in what runs, and only the presenter is told', async () => {
  await talk.run('one')
  await talk.write(DECK.replace('echo one', 'echo other').replace('First words', 'Other words'))
  await expect.poll(() => talk.presenter.locator('.kb-drift').textContent().then(text => text?.trim()), SLOW).toMatch(/^Changed on disk: 1 step differs\s+u take it$/)
  // Above all that Slidev has around the slide.
  const [note, slides] = await Promise.all([talk.presenter.locator('.kb-drift'), talk.presenter.getByRole('button', { name: 'Slides', exact: true })].map(part => part.boundingBox()))
  expect(note!.y + note!.height).toBeLessThanOrEqual(slides!.y)
  await talk.audience.reload()
  await talk.audience.getByText('First words').first().waitFor(SLOW)
  expect(await talk.audience.locator('.kb-drift').count()).toBe(0)
  await expect.poll(() => shown(talk.audience, 'one').locator('.kb-code').textContent(), SLOW).toContain('echo one')
  await talk.run('one')
  await expect.poll(() => shown(talk.audience, 'one').locator('.kb-screen').textContent(), SLOW).toMatch(/^one\s*$/)
  await talk.write(DECK)
  await expect.poll(() => talk.presenter.locator('.kb-drift').count(), SLOW).toBe(0)
})

it('takes the change with one key: windows show it at their slides, and runs of other steps stay', async () => {
  const { session } = talk.presentation.service
  await talk.run('one')
  // Right after a start, a press is a slip.
  await expect.poll(async () => {
    await talk.presenter.keyboard.press('ArrowRight')
    return new URL(talk.audience.url()).pathname
  }, SLOW).toBe('/2')
  await talk.run('two')
  const { length } = session.runs
  await talk.write(DECK.replace('echo one', 'echo other').replace('Second slide', 'Other slide').replace('First words', 'Other words'))
  await talk.presenter.locator('.kb-take').waitFor(SLOW)
  await talk.presenter.keyboard.press('u')
  // Built in the background, it takes its time.
  for (const page of [talk.presenter, talk.audience])
    await page.locator('h1:visible', { hasText: 'Other slide' }).first().waitFor({ timeout: 90_000 })
  expect(new URL(talk.audience.url()).pathname).toBe('/2')
  await expect.poll(() => shown(talk.audience, 'two').locator('.kb-screen').textContent(), SLOW).toMatch(/^two\s*$/)
  expect(session.runs).toHaveLength(length)
  await talk.presenter.keyboard.press('ArrowLeft')
  await talk.audience.locator('h1:visible', { hasText: 'Other words' }).first().waitFor(SLOW)
  await expect.poll(() => shown(talk.audience, 'one').locator('.kb-code').textContent(), SLOW).toContain('echo other')
  await expect.poll(() => shown(talk.audience, 'one').textContent(), SLOW).toContain('older than the code')
  await talk.run('one')
  await expect.poll(() => shown(talk.audience, 'one').locator('.kb-screen').textContent(), SLOW).toMatch(/^other\s*$/)
  // As it was, for who comes next.
  await talk.write(DECK)
  await talk.presenter.locator('.kb-take').waitFor(SLOW)
  await talk.presenter.locator('.kb-take').click()
  await talk.audience.getByText('First words').first().waitFor({ timeout: 90_000 })
}, 240_000)
