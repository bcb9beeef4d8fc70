import type { Deck } from '../../deck/deck.ts'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { planOf } from '../../deck/timing.ts'
import { minutes } from '../../protocol/minutes.ts'
import { openKeptFolder, stampOf } from '../../service/store/kept-folder.ts'
import { toPage } from './page.ts'

/** Rehearsals of a deck that are kept; older ones go. */
const KEPT = 20
const RE_NAME = /^\d{8}-\d{6}\.json$/

/** The times of one rehearsal, in ms; `slides` are those that were shown. */
export interface Rehearsal {
  deck: string
  title: string
  /** ISO 8601. */
  at: string
  /** Of the slides that were shown. */
  plannedMs: number
  actualMs: number
  slides: { no: number, title: string, plannedMs: number, actualMs: number }[]
}

/** What a rehearsal took, beside what was planned; `spent` by slide, in ms. */
export function reportOf(deck: Deck, spent: ReadonlyMap<number, number>, at: Date): Rehearsal {
  const plan = planOf(deck)
  const slides = deck.slides.flatMap(({ no, title }, i) => {
    const ms = spent.get(no)
    return ms === undefined ? [] : [{ no, title, plannedMs: plan[i]!, actualMs: Math.round(ms) }]
  })
  const sum = (key: 'plannedMs' | 'actualMs'): number => slides.reduce((total, slide) => total + slide[key], 0)
  return { deck: deck.name, title: deck.title, at: at.toISOString(), plannedMs: sum('plannedMs'), actualMs: sum('actualMs'), slides }
}

/** The report for a terminal; `before` are earlier rehearsals, latest first. */
export function toText({ slides, plannedMs, actualMs }: Rehearsal, before: Rehearsal[]): string {
  const cell = (ms?: number): string => (ms === undefined ? '' : minutes(ms)).padStart(7)
  const off = (actual: number, planned: number): string => (actual >= planned ? `+${minutes(actual - planned)}` : minutes(actual - planned)).padStart(7)
  const row = (no: string, actual: number, planned: number, title: string, hasPlan = plannedMs > 0): string => `${no.padStart(5)}  ${cell(hasPlan ? planned : undefined)}  ${cell(actual)}  ${hasPlan ? off(actual, planned) : cell()}  ${title}`
  return `${[
    '',
    'slide  planned   actual    +/-   title',
    ...slides.map(({ no, title, plannedMs: planned, actualMs: actual }) => row(String(no), actual, planned, title)),
    row('all', actualMs, plannedMs, slides.length === 1 ? '1 slide' : `${slides.length} slides`),
    ...before.length ? ['', 'before'] : [],
    ...before.slice(0, 3).map(({ at, slides, actualMs, plannedMs }) => row('', actualMs, plannedMs, `${at.slice(0, 16).replace('T', ' ')} UTC, ${slides.length === 1 ? '1 slide' : `${slides.length} slides`}`, plannedMs > 0)),
    '',
  ].join('\n')}\n`
}

/** Keeps the report beside the deck's earlier ones, as JSON and as a page; gives those, latest first, and the page's path. */
export async function keepRehearsal(deck: Deck, report: Rehearsal): Promise<{ before: Rehearsal[], page: string }> {
  const dir = await openKeptFolder(deck, 'rehearsals')
  const files = (await readdir(dir)).filter(file => RE_NAME.test(file)).sort().reverse()
  for (const file of files.splice(KEPT - 1)) {
    await rm(join(dir, file), { force: true })
    await rm(join(dir, file.replace('.json', '.html')), { force: true })
  }
  const before = (await Promise.all(files.map(file => readReport(join(dir, file))))).filter(earlier => earlier !== undefined)
  const base = join(dir, stampOf(report.at))
  await writeFile(`${base}.json`, `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(`${base}.html`, toPage(report, before, deck.lang))
  return { before, page: `${base}.html` }
}

/** One that cannot be read is none: it must not keep the report of this rehearsal away. */
async function readReport(file: string): Promise<Rehearsal | undefined> {
  try {
    const report = JSON.parse(await readFile(file, 'utf8')) as Rehearsal
    return Array.isArray(report.slides) && typeof report.actualMs === 'number' ? report : undefined
  }
  catch {
    return undefined
  }
}
