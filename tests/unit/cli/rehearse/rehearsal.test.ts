import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { keepRehearsal } from '../../../../runners/cli/rehearse/kept.ts'
import { toPage } from '../../../../runners/cli/rehearse/page.ts'
import { reportOf, toText } from '../../../../runners/cli/rehearse/rehearsal.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { planOf, planProblems } from '../../../../runners/deck/timing.ts'
import { minutes } from '../../../../runners/protocol/minutes.ts'
import { createPace } from '../../../../runners/service/session/pace.ts'

const SLIDES = ['# One', '---\nduration: 2min\n---\n\n# <Two> & more', '---\nduration: 30s\n---\n\n# Three']

async function deckOf(headmatter: string, slides = SLIDES): ReturnType<typeof parseDeck> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-rehearsal-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'talk.md'), `---\ntitle: Talk\n${headmatter}\n---\n\n${slides.join('\n\n')}\n`)
  return parseDeck(join(dir, 'talk.md'))
}

it('gives the first slide what the others leave of the talk', async () => {
  expect(planOf(await deckOf('duration: 5min'))).toEqual([150_000, 120_000, 30_000])
  expect(planOf(await deckOf('duration: 1min'))).toEqual([0, 120_000, 30_000])
  expect(planOf(await deckOf(''))).toEqual([0, 120_000, 30_000])
})

it.each([
  ['duration: 5min', SLIDES, []],
  ['', SLIDES, [expect.stringContaining('The headmatter has no `duration:`')]],
  ['duration: 5min', ['# One', '---\n\n# Two'], []],
  ['duration: 2min', SLIDES, ['The slides with a `duration:` take 2:30 of 2:00: nothing is left for slide 1.']],
])('tells what is wrong with the times: %j', async (headmatter, slides, problems) => {
  expect(planProblems(await deckOf(headmatter, slides))).toEqual(problems)
})

it('counts the time of a slide each time it is shown, and once for all windows', () => {
  let now = 1000
  const pace = createPace(() => now)
  const told: (number | undefined)[] = []
  pace.subscribe(() => told.push(pace.slide))
  expect(pace.spent()).toEqual(new Map())
  pace.show(1)
  now += 400
  pace.show(1)
  now += 600
  pace.show(2)
  now += 250
  pace.show(1)
  now += 50
  expect(pace.spent()).toEqual(new Map([[1, 1050], [2, 250]]))
  expect(told).toEqual([1, 2, 1])
})

it('reports what was shown, beside its plan and the rehearsals before', async () => {
  const deck = await deckOf('duration: 5min')
  const first = reportOf(deck, new Map([[1, 100_000], [2, 130_400]]), new Date('2026-01-02T03:04:05Z'))
  expect(first).toMatchObject({ deck: 'talk', plannedMs: 270_000, actualMs: 230_400, slides: [{ no: 1, plannedMs: 150_000, actualMs: 100_000 }, { no: 2, title: '<Two> & more' }] })
  expect((await keepRehearsal(deck, first)).before).toEqual([])
  const second = reportOf(deck, new Map([[1, 150_000]]), new Date('2026-01-03T03:04:05Z'))
  const { before, page } = await keepRehearsal(deck, second)
  expect(before).toEqual([first])
  const text = toText(second, before)
  expect(text).toMatch(/1 +2:30 +2:30 +\+0:00 +Talk/)
  expect(text).toMatch(/4:30 +3:50 +-0:40 +2026-01-02 03:04 UTC, 2 slides/)
  const html = await readFile(page.replace('20260103', '20260102'), 'utf8')
  expect(html).toContain('&#60;Two&#62; &#38; more')
  expect(await readFile(page, 'utf8')).toContain('2026-01-02 03:04 UTC')
})

it('has nothing to be late against where nothing is planned', async () => {
  const deck = await deckOf('lang: en', ['# One'])
  const report = reportOf(deck, new Map([[1, 11_000]]), new Date('2026-01-02T03:04:05Z'))
  const before = [reportOf(deck, new Map([[1, 12_000]]), new Date('2026-01-01T03:04:05Z'))]
  const text = toText(report, before)
  expect(text).toMatch(/\n {4}1 +0:11 +Talk\n/)
  expect(text).toMatch(/ 0:12 +2026-01-01 03:04 UTC, 1 slide\n/)
  expect(text + toPage(report, before, 'en')).not.toMatch(/0:00|\+0|actual late/)
})

it('keeps the last 20 rehearsals, and none that cannot be read keeps a report away', async () => {
  const deck = await deckOf('duration: 5min')
  const dir = join(deck.dir, '.kamishibai/rehearsals/talk')
  for (let n = 10; n < 34; n++)
    await keepRehearsal(deck, reportOf(deck, new Map([[1, n]]), new Date(`2026-01-02T03:04:${n}Z`)))
  const files = await readdir(dir)
  expect(files).toHaveLength(40)
  expect(files).not.toContain('20260102-030413.json')
  await writeFile(join(dir, '20260102-030433.json'), '{"slides":')
  expect((await keepRehearsal(deck, reportOf(deck, new Map([[1, 1]]), new Date('2026-01-02T03:05:00Z')))).before[0]!.actualMs).toBe(32)
})

it.each([[0, '0:00'], [59_499, '0:59'], [59_500, '1:00'], [-20_000, '-0:20'], [-200, '0:00'], [3_600_000, '60:00']])('writes %i ms as %s', (ms, text) => {
  expect(minutes(ms)).toBe(text)
})
