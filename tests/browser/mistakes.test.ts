import type { Locator } from 'playwright-chromium'
import { expect, it } from 'vitest'
import { onStage } from './_stage.ts'

const stage = onStage({ deck: 'mistakes' })

/** Goes on by key, as on stage: slides beside the one that is shown are in the page too. */
async function next(title: string): Promise<Locator> {
  await stage.page.keyboard.press('ArrowRight')
  const slide = stage.page.locator('.slidev-page:visible', { hasText: title })
  await slide.waitFor({ timeout: 20_000 })
  return slide
}

it('a mistake in the deck is told in its place, and all other slides stay as they are', async () => {
  await stage.page.goto(stage.presentation.url.replace('/#', '/1#'))
  await stage.page.locator('[data-kb-step="hello"] .kb-button:enabled').waitFor({ timeout: 60_000 })

  const lacking = await next('Views that lack what they show')
  await expect.poll(() => lacking.getByRole('alert').locator('p').allTextContents()).toEqual(
    ['<LiveRace> needs steps="…"', '<LiveOutput> needs step="…"', '<LiveOutput> needs step="…"', '<LiveObjects> needs kind="…"', '<LiveCompare> needs steps="…"', '<LiveRequests> needs step="…"'],
  )
  const unknown = await next('Views of a step that is not there')
  await expect.poll(() => unknown.getByRole('alert').locator('p').allTextContents()).toEqual(Array.from({ length: 3 }).fill('The deck has no step helo'))

  const verb = await next('A verb that is none')
  expect(await verb.getByRole('alert').textContent()).toContain('rum is no verb. Did you mean run?')

  const style = await next('is no CSS: Unclosed block')
  expect(await style.getByRole('alert').locator('code').textContent()).toMatch(/^mistakes\.md:\d+:1$/)
  await next('there is no ./nope.ts to import')
  await next('Cannot read properties of undefined')
  const below = await next('A fence below a tag')
  expect(await below.getByRole('alert').textContent()).toContain('Markdown sees no fence here')

  const tabs = await next('Tabs')
  const shown = (): Promise<(string | null)[]> => tabs.locator('.kb-step:visible').evaluateAll(all => all.map(step => step.getAttribute('data-kb-step')))
  await expect.poll(shown).toEqual(['one'])
  await tabs.locator('.slidev-code-tab', { hasText: 'two' }).click()
  await expect.poll(shown).toEqual(['two'])
  await tabs.locator('.kb-copy:visible').click()
  await expect.poll(() => tabs.locator('.kb-copy:visible').getAttribute('aria-label')).toBe('Copied')

  const end = await next('The end')
  await end.locator('[data-kb-output="hello"]').waitFor()
})
