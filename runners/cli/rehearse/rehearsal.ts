import type { Deck } from '../../deck/deck.ts'
import { planOf } from '../../deck/timing.ts'
import { minutes } from '../../protocol/minutes.ts'

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
