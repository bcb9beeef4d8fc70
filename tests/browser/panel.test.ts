import process from 'node:process'
import { expect, it } from 'vitest'
import { onStage } from './_stage.ts'

const SLOW = { timeout: 20_000 }

const stage = onStage()

function allLeft(): string {
  const { length } = stage.presentation.service.session.deck.steps
  return `${length} of ${length} steps left`
}

async function openPresenter(slide: number): Promise<void> {
  await stage.page.goto(stage.presentation.url.replace('/#', `/presenter/${slide}#`))
  await expect.poll(() => stage.page.locator('.kb-panel-toggle').textContent(), { timeout: 60_000 }).toMatch(/of \d+ steps left/)
  await stage.page.locator('.kb-panel-toggle').click()
}

const rowOf = (step: string) => stage.page.locator(`[data-kb-panel-step="${step}"]`)
const phaseOf = (step: string) => stage.presentation.service.session.runOf(step)?.log.state.phase

it('tells the presenter, and not the audience, how engines and steps stand; service and panel know the slide', async () => {
  await openPresenter(7)
  expect(await stage.page.locator('.kb-panel-engines').textContent()).toContain(`shell live ${process.platform}`)
  await stage.presentation.service.session.start('broken').over
  await expect.poll(() => rowOf('broken').textContent(), SLOW).toContain('exit code 1')
  await expect.poll(() => stage.page.locator('.kb-panel-toggle').textContent(), SLOW).toContain('1 failed')
  expect(await rowOf('long').getAttribute('class')).toContain('kb-here')
  expect(stage.presentation.service.session.pace.slide).toBe(7)
  const audience = await stage.context.newPage()
  await audience.goto(`${new URL(stage.presentation.url).origin}/7`)
  await audience.locator('[data-kb-step="long"]:visible').first().waitFor(SLOW)
  expect(await audience.locator('.kb-panel').count()).toBe(0)
})

it('resets a step, a slide and the whole talk, each in one press', async () => {
  await openPresenter(1)
  const { session } = stage.presentation.service
  for (const id of ['first', 'second', 'entered'])
    await session.start(id).over
  await expect.poll(() => rowOf('second').textContent(), SLOW).toContain('done')
  await rowOf('second').locator('.kb-reset').click()
  await expect.poll(() => rowOf('second').textContent(), SLOW).toContain('ready to run')
  expect([phaseOf('first'), phaseOf('second')]).toEqual(['exited', undefined])
  await stage.page.locator('.kb-reset-slide').click()
  await expect.poll(() => phaseOf('first')).toBeUndefined()
  expect(phaseOf('entered')).toBe('exited')
  await stage.page.locator('.kb-reset-all').click()
  await expect.poll(() => stage.page.locator('.kb-panel-toggle').textContent(), SLOW).toContain(allLeft())
  expect(session.deck.steps.map(({ id }) => phaseOf(id)).filter(Boolean)).toEqual([])
  await stage.page.reload()
  await expect.poll(() => stage.page.locator('.kb-panel-toggle').textContent(), SLOW).toContain(allLeft())
})

it('plays recordings from the switch on, and runs live again', async () => {
  await openPresenter(2)
  await stage.page.locator('.kb-mode-replay').click()
  await expect.poll(() => stage.page.locator('.kb-panel-toggle').textContent(), SLOW).toContain('recordings')
  await stage.presentation.service.session.start('broken').over
  await expect.poll(() => rowOf('broken').textContent(), SLOW).toMatch(/done\s*\(RECORDED\)/)
  await stage.page.locator('.kb-mode-live').click()
  await expect.poll(() => stage.page.locator('.kb-panel-toggle').textContent(), SLOW).toContain('live')
  expect(stage.presentation.service.session.start('broken').info.mode).toBe('live')
})

it('the bar has the keys and all reasons; the key i shows these on the slide, in every window', async () => {
  // Keys are those of the talk though the panel's button has the focus.
  await openPresenter(2)
  expect(await stage.page.locator('.kb-bar kbd').allTextContents()).toEqual(expect.arrayContaining(['r', 'p', 'z', 'i']))
  const audience = await stage.context.newPage()
  await audience.goto(`${new URL(stage.presentation.url).origin}/2`)
  const slide = audience.locator('[data-kb-step="broken"]:visible').first()
  await slide.waitFor(SLOW)
  await stage.presentation.service.session.start('broken').over
  await expect.poll(() => stage.page.locator('.kb-bar-reason').textContent(), SLOW).toContain('exit code 1')
  await expect.poll(() => slide.getAttribute('data-phase'), SLOW).toBe('failed')
  expect(await slide.locator('.kb-error').count()).toBe(0)
  expect(await audience.locator('.kb-bar').count()).toBe(0)
  await stage.page.keyboard.press('i')
  await expect.poll(() => slide.locator('.kb-error').count(), SLOW).toBe(1)
  await stage.page.keyboard.press('i')
  await expect.poll(() => slide.locator('.kb-error').count(), SLOW).toBe(0)
})
