import { describe, expect, it } from 'vitest'
import { onTerminal, SLOW } from './_terminal.ts'

const { stage, log, rows, keys, slideOf, openShell, openAudience, enter, type } = onTerminal()

describe('the keys', () => {
  it('of a clicker stay with the slides after a click, and go to the program after a key', async () => {
    await openShell()
    await enter()
    // Typed before the shell has left its line editor, Enter would reach cat as it is.
    await type('echo on; cat -v')
    await expect.poll(() => rows(), SLOW).toMatch(/\non$/)
    await stage.page.keyboard.press('PageDown')
    await type('b.')
    await expect.poll(() => rows(), SLOW).toContain('\n^[[6~b.\n^[[6~b.')
    await stage.page.keyboard.press('Escape')
    await stage.page.keyboard.press('Escape')
    expect(await keys()).toBe('slides')
    await stage.page.locator('.kb-xterm:visible').click()
    expect(await keys()).toBe('some')
    await stage.page.keyboard.type('x')
    await stage.page.keyboard.press('b')
    expect(await keys()).toBe('slides')
    await stage.page.locator('.kb-xterm:visible').click()
    await stage.page.keyboard.type('.')
    await stage.page.locator('.kb-xterm:visible').click()
    await stage.page.keyboard.type('y\n')
    await expect.poll(() => rows(), SLOW).toMatch(/\n\^\[xy\n\^\[xy$/)
    await stage.page.keyboard.press('PageDown')
    await expect.poll(() => slideOf()).toBe('3')
  })

  it('come back to the slides with Escape twice', async () => {
    await openShell()
    await enter()
    await stage.page.keyboard.press('ArrowRight')
    expect(slideOf()).toBe('2')
    await stage.page.keyboard.press('Escape')
    await stage.page.keyboard.press('Escape')
    await stage.page.keyboard.press('ArrowRight')
    await expect.poll(() => slideOf()).toBe('3')
  })
})

describe('a terminal over the slide', () => {
  const opener = () => stage.page.locator('[data-kb-extra="over"]:visible')
  const focused = (): Promise<string> => stage.page.evaluate(() => {
    const { dataset, tagName } = document.activeElement as HTMLElement
    return dataset.kbExtra ? `button ${dataset.kbExtra}` : dataset.kbStep ? `step ${dataset.kbStep}` : tagName
  })
  const openOver = async (): Promise<void> => {
    await stage.page.goto(stage.presentation.url.replace('/#', '/4#'))
    await expect.poll(() => opener().isEnabled(), { timeout: 60_000 }).toBe(true)
  }

  it('takes the keys of who opened it by key, and gives the focus back', async () => {
    await openOver()
    await opener().focus()
    await stage.page.keyboard.press('Enter')
    await expect.poll(() => keys(), SLOW).toBe('all')
    await expect.poll(() => rows(), SLOW).toMatch(/\nover\n\$$/)
    await stage.page.keyboard.type('echo "[ar b.]"\n')
    await expect.poll(() => log('over'), SLOW).toContain('\n[ar b.]\n')
    await stage.page.keyboard.press('Escape')
    await stage.page.keyboard.press('Escape')
    await expect.poll(() => stage.page.getByRole('dialog').count()).toBe(0)
    expect(await focused()).toBe('button over')
    await stage.page.keyboard.press('Enter')
    await expect.poll(() => keys(), SLOW).toBe('all')
  })

  it('leaves the clicker its keys where the mouse opened it', async () => {
    await openOver()
    await opener().click()
    await expect.poll(() => keys(), SLOW).toBe('some')
    // A shell that got an Escape before takes the next key with it.
    await stage.page.keyboard.press('Control+c')
    // The terminal forgets what is typed until then.
    await expect.poll(() => log('over'), SLOW).toContain('^C')
    await stage.page.keyboard.type('echo typed\n')
    await expect.poll(() => log('over'), SLOW).toContain('\ntyped\n')
    await stage.page.keyboard.press('PageUp')
    await expect.poll(() => slideOf()).toBe('3')
  })

  it('is in no other window\'s way', async () => {
    await openOver()
    const audience = await openAudience('4')
    await expect.poll(() => audience.locator('[data-kb-extra="over"]:visible').count(), SLOW).toBe(1)
    await stage.page.bringToFront()
    await opener().click()
    await expect.poll(() => audience.getByRole('dialog').count(), SLOW).toBe(1)
    await expect.poll(() => keys(), SLOW).toBe('some')
    expect(await audience.evaluate(() => document.activeElement!.tagName)).toBe('BODY')
  })

  it('that has nothing to type into has the focus itself, and Escape closes it', async () => {
    await openOver()
    await stage.page.locator('[data-kb-extra="aside"]:visible').focus()
    await stage.page.keyboard.press('Enter')
    const aside = stage.page.locator('[data-kb-step="aside"]:visible')
    await expect.poll(() => aside.getAttribute('data-phase'), SLOW).toBe('exited')
    expect(await focused()).toBe('step aside')
    // A press soon after a start is none.
    await expect.poll(async () => {
      await stage.page.keyboard.press('r')
      return stage.presentation.service.session.runs.filter(run => run.step.id === 'aside').length
    }, SLOW).toBeGreaterThan(1)
    await stage.page.keyboard.press('Escape')
    await expect.poll(() => stage.page.getByRole('dialog').count()).toBe(0)
    expect(await focused()).toBe('button aside')
  })
})
