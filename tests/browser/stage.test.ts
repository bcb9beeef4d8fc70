import { describe, expect, it } from 'vitest'
import { faultsOf } from './_canvas.ts'
import { onStage } from './_stage.ts'

const SLOW = { timeout: 20_000 }

const stage = onStage()

async function open(path: string, on = stage.page): Promise<void> {
  await on.goto(stage.presentation.url.replace('/#', `/${path}#`))
  // Waits until the window knows the session.
  await expect.poll(() => on.locator('[data-kb-step]:visible .kb-button:enabled').count(), { timeout: 60_000 }).toBeGreaterThan(0)
}

function runsOf(step: string): { mode: string, phase: string }[] {
  return stage.presentation.service.session.runs
    .filter(run => run.info.step === step && !stage.presentation.service.session.forgotten.has(run.info.n))
    .map(run => ({ mode: run.info.mode, phase: run.log.state.phase }))
}
const slideOf = (on = stage.page): string => new URL(on.url()).pathname.split('/').at(-1)!
const clicksOf = (on = stage.page): string | null => new URL(on.url()).searchParams.get('clicks')
const shown = (step: string, on = stage.page) => on.locator(`[data-kb-step="${step}"]:visible`).first()
const phaseOf = (step: string, on = stage.page) => expect.poll(() => shown(step, on).getAttribute('data-phase'), SLOW)

/** Presses a key once what a start before it swallows is over. */
async function press(key: string): Promise<void> {
  await stage.page.waitForFunction(
    before => performance.now() > before + 450,
    await stage.page.evaluate(() => performance.now()),
  )
  await stage.page.keyboard.press(key)
}

/** A slip of the thumb: from within the page, for a busy machine is no faster between two presses from outside. */
async function pressTwice(key: string): Promise<void> {
  await stage.page.waitForFunction(before => performance.now() > before + 450, await stage.page.evaluate(() => performance.now()))
  await stage.page.evaluate(async (key) => {
    const press = (): void => ['keydown', 'keyup'].forEach(type => window.dispatchEvent(new KeyboardEvent(type, { key, code: key, bubbles: true })))
    press()
    await new Promise(resolve => setTimeout(resolve, 60))
    press()
  }, key)
}

describe('the clicker', () => {
  it('runs steps in their place among the clicks, ignores a slip, and never runs anything going back', async () => {
    await open('1')
    await press('PageDown')
    await expect.poll(() => clicksOf()).toBe('1')
    expect(runsOf('first')).toEqual([])
    await pressTwice('PageDown')
    await expect.poll(() => runsOf('first').length, SLOW).toBe(1)
    await phaseOf('first').toBe('exited')
    expect(clicksOf()).toBe('2')
    await press('PageDown')
    await press('PageDown')
    await phaseOf('second').toBe('running')
    // While it runs, next goes on and does not cancel.
    await press('PageDown')
    await expect.poll(() => slideOf()).toBe('2')
    await expect.poll(() => runsOf('second'), SLOW).toEqual([{ mode: 'live', phase: 'exited' }])
    for (const key of ['PageUp', 'PageUp', 'PageUp', 'PageDown', 'PageDown'])
      await press(key)
    await phaseOf('second').toBe('exited')
    expect(runsOf('first')).toHaveLength(1)
    expect(runsOf('second')).toHaveLength(1)
  })

  it.each([['broken', '2'], ['late', '3']])('takes the recording of a step that is %s with the next press, and moves on with the one after', async (step, slide) => {
    await open(slide)
    await press('ArrowRight')
    await phaseOf(step).toBe('failed')
    await press('ArrowRight')
    await phaseOf(step).toBe('exited')
    await expect.poll(() => shown(step).locator('.kb-problem').count()).toBe(0)
    expect(slideOf()).toBe(slide)
    expect(runsOf(step)).toEqual([{ mode: 'live', phase: 'failed' }, { mode: 'replay', phase: 'exited' }])
    await expect.poll(() => shown(step).locator('.kb-badge').textContent()).toContain('RECORDED')
    await press('ArrowRight')
    await expect.poll(() => slideOf()).toBe(String(Number(slide) + 1))
  })

  it('takes the recording of a step that a button or a key ran, and leaves the slide by the key for slides', async () => {
    await open('4')
    await shown('rescued').locator('.kb-run').click()
    await phaseOf('rescued').toBe('exited')
    expect(runsOf('rescued').map(run => run.mode)).toEqual(['live', 'replay'])
    // Back to what ran live: it failed, and the next press takes the recording.
    await press('p')
    await phaseOf('rescued').toBe('failed')
    await press('PageDown')
    await phaseOf('rescued').toBe('exited')
    expect(slideOf()).toBe('4')
    await press('p')
    await phaseOf('rescued').toBe('failed')
    await press('ArrowDown')
    await expect.poll(() => slideOf()).toBe('5')
    await stage.presentation.service.session.reset(['rescued'])
  })

  it('takes the recording of a step that failed before its place came', async () => {
    await open('2')
    await shown('broken').locator('.kb-run:enabled').click()
    await expect.poll(() => runsOf('broken').at(-1)).toEqual({ mode: 'live', phase: 'failed' })
    await phaseOf('broken').toBe('failed')
    await press('ArrowRight')
    await phaseOf('broken').toBe('exited')
    expect(runsOf('broken').at(-1)).toEqual({ mode: 'replay', phase: 'exited' })
    await press('ArrowRight')
    await expect.poll(() => slideOf()).toBe('3')
  })
})

describe('a step that fails', () => {
  it('takes its recording by itself where the deck says so, and says why', async () => {
    await open('4')
    await shown('rescued').locator('.kb-run').click()
    await phaseOf('rescued').toBe('exited')
    expect(runsOf('rescued').map(run => run.mode)).toEqual(['live', 'replay'])
    expect(await shown('rescued').locator('.kb-error').count()).toBe(0)
    await press('i')
    await expect.poll(() => shown('rescued').locator('.kb-error').textContent()).toContain('exit code 1')
    await expect.poll(() => shown('rescued').locator('.kb-badge').textContent()).toContain('RECORDED')
  })

  it('does not offer its recording where the deck forbids it', async () => {
    await open('5')
    await shown('hopeless').locator('.kb-run').click()
    await phaseOf('hopeless').toBe('failed')
    expect(await shown('hopeless').locator('.kb-rescue').count()).toBe(0)
  })

  it('says so on its slide, and pushes nothing out of a full one', async () => {
    await open('9')
    const bottoms = () => stage.page.locator('.slidev-page-9:visible :is(.kb-view, .kb-error)').evaluateAll(boxes => boxes.map(box => Math.round(box.getBoundingClientRect().bottom)))
    const [before] = await bottoms()
    await shown('crowded').locator('.kb-run').click()
    await phaseOf('crowded').toBe('failed')
    expect(await bottoms()).toEqual([before])
    await press('i')
    await expect.poll(async () => (await bottoms()).length).toBe(2)
    await expect.poll(async () => Math.max(...await bottoms())).toBeLessThanOrEqual(720)
    expect((await bottoms())[1]).toBe(before)
    // Over the end of the slide it stands beside no step.
    expect(await shown('crowded').locator('.kb-error').textContent()).toMatch(/^crowded: it failed: it ended with exit code 1\. See its output\.\s*There is no stage\.$/)
  })

  it('with an exit that the deck expects did not fail', async () => {
    await open('11')
    await shown('three').locator('.kb-run').click()
    await phaseOf('three').toBe('exited')
    await expect.poll(() => shown('three').locator('.kb-status').textContent()).toMatch(/done.*exit code 3\s*✓ exit=3/)
  })
})

it('shows whole lines only, the last ones first, however low the box is', async () => {
  await open('12')
  const box = stage.page.locator('[data-kb-output="high"]:visible .kb-screen-box')
  await shown('high').locator('.kb-run').click()
  await phaseOf('high').toBe('exited')
  await expect.poll(() => box.locator('.kb-line').last().textContent(), SLOW).toMatch('line 20')
  for (const height of [137, 150, 61]) {
    await box.evaluate((element, height) => element.parentElement!.parentElement!.style.height = `${height}px`, height)
    await expect.poll(() => box.evaluate(element => (element as HTMLElement).offsetHeight)).toBe(height)
    await expect.poll(async () => (await faultsOf(stage.page)).filter(fault => fault.includes('cut through')), SLOW).toEqual([])
    const [last, edge] = await Promise.all([box.locator('.kb-line').last(), box].map(part => part.boundingBox()))
    expect(last!.y + last!.height).toBeLessThanOrEqual(edge!.y + edge!.height)
  }
})

it('scrolls back through its lines in the room it has, by keys and by the button that leads to the end', async () => {
  await open('12')
  const box = stage.page.locator('[data-kb-output="high"]:visible .kb-screen-box')
  // With `r` no part of the step has the focus: keys mean the screen under the mouse.
  await press('r')
  await phaseOf('high').toBe('exited')
  await box.evaluate(element => element.parentElement!.parentElement!.style.height = '137px')
  await expect.poll(() => box.evaluate(element => (element as HTMLElement).offsetHeight)).toBe(137)
  /** The numbers of the lines that are seen whole. */
  const seen = (): Promise<number[]> => box.evaluate((element) => {
    const { top, bottom } = element.querySelector('pre')!.getBoundingClientRect()
    return [...element.querySelectorAll('.kb-line')]
      .filter(line => line.getBoundingClientRect().top > top - 2 && line.getBoundingClientRect().bottom < bottom + 2)
      .map(line => Number(/\d+/.exec(line.textContent)?.[0]))
  })
  await expect.poll(async () => (await seen()).at(-1), SLOW).toBe(20)
  const room = (await seen()).length
  await box.hover()
  await press('Shift+PageUp')
  await expect.poll(async () => (await seen()).at(-1), SLOW).toBe(20 - room + 1)
  await press('Shift+Home')
  await expect.poll(seen, SLOW).toEqual(Array.from({ length: room }, (_, i) => i + 1))
  expect(await box.evaluate(element => (element as HTMLElement).offsetHeight)).toBe(137)
  await box.locator('.kb-to-end').click()
  await expect.poll(async () => (await seen()).at(-1), SLOW).toBe(20)
  expect(await box.locator('.kb-to-end').count()).toBe(0)
})

it('starts a step on entering its slide, once', async () => {
  await open('5')
  await press('ArrowRight')
  await phaseOf('entered').toBe('exited')
  await press('ArrowLeft')
  await press('ArrowRight')
  await phaseOf('entered').toBe('exited')
  expect(runsOf('entered')).toHaveLength(1)
})

it('starts by a key only what the slide shows', async () => {
  await open('10')
  await phaseOf('shown').toBe('idle')
  await press('r')
  await phaseOf('shown').toBe('exited')
  await press('r')
  await expect.poll(() => runsOf('shown').length, SLOW).toBe(2)
  await phaseOf('shown').toBe('exited')
  expect(runsOf('hidden')).toEqual([])
  await press('ArrowRight')
  await press('r')
  await phaseOf('hidden').toBe('exited')
})

describe('two windows', () => {
  it('show the same run, start one for one press, and a late joiner sees all', async () => {
    await open('presenter/7')
    const audience = await stage.context.newPage()
    // A window of this origin gets the token from the other.
    await audience.goto(`${new URL(stage.presentation.url).origin}/7`)
    await shown('long', audience).waitFor(SLOW)
    await stage.page.bringToFront()
    await shown('long').locator('.kb-run').click()
    await phaseOf('long', audience).toBe('exited')
    await expect.poll(() => shown('long', audience).textContent(), SLOW).toContain('line 40')
    expect(runsOf('long')).toHaveLength(1)
    const late = await stage.context.newPage()
    await late.goto(`${new URL(stage.presentation.url).origin}/7`)
    await phaseOf('long', late).toBe('exited')
    await expect.poll(() => shown('long', late).textContent(), SLOW).toContain('line 40')
    expect(await shown('long', late).locator('.kb-mark').count()).toBeGreaterThan(0)
    await late.reload()
    await phaseOf('long', late).toBe('exited')
  })

  it('plays the last run again, slowly, and ends that with Escape', async () => {
    await open('7')
    await phaseOf('long').toBe('exited')
    await stage.page.keyboard.press('a')
    await expect.poll(() => shown('long').locator('.kb-badge').first().textContent(), SLOW).toContain('REPLAY')
    const at = (): Promise<number> => shown('long').locator('.kb-again input').inputValue().then(Number)
    await expect.poll(at, SLOW).toBeGreaterThan(100)
    await shown('long').locator('.kb-again input').fill('1000')
    await expect.poll(() => shown('long').textContent()).not.toContain('line 40')
    await stage.page.keyboard.press('Escape')
    await expect.poll(() => shown('long').textContent()).toContain('line 40')
    expect(runsOf('long')).toHaveLength(1)
  })
})

describe('an output', () => {
  it('fills the slide by a key, in every window, until Escape or another slide', async () => {
    await open('13')
    const audience = await stage.context.newPage()
    await audience.goto(`${new URL(stage.presentation.url).origin}/13`)
    await stage.page.bringToFront()
    await shown('wide').locator('.kb-run').click()
    await phaseOf('wide', audience).toBe('exited')
    const filling = (page = stage.page) => page.locator('[data-kb-enlarged]:visible')
    await press('z')
    for (const page of [stage.page, audience]) {
      // All of the canvas, which is as wide as the window.
      await expect.poll(async () => (await filling(page).boundingBox())?.width, SLOW).toBeGreaterThan(1275)
      expect((await filling(page).boundingBox())!.height).toBeGreaterThan(715)
      expect(await filling(page).textContent()).toContain('end-of-line')
    }
    // All 120 columns in a line each, at a size that can be read.
    const [lines, type] = await filling().locator('.kb-screen').evaluate(screen => [screen.querySelectorAll('.kb-line').length, Number.parseFloat(getComputedStyle(screen).fontSize) * 1280 / 980])
    expect(lines).toBe(2)
    expect(type).toBeGreaterThan(19)
    await press('Escape')
    await expect.poll(() => filling(audience).count(), SLOW).toBe(0)
    // What is under the mouse.
    await stage.page.locator('.kb-view:visible').hover()
    await press('z')
    await expect.poll(() => filling(audience).getAttribute('class'), SLOW).toContain('kb-view')
    await press('ArrowLeft')
    await press('ArrowRight')
    await expect.poll(() => slideOf()).toBe('13')
    expect(await filling().count()).toBe(0)
  })
})
