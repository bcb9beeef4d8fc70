import type { Deck } from '../../deck/deck.ts'
import type { Rehearsal } from './rehearsal.ts'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openKeptFolder, stampOf } from '../../service/store/kept.ts'
import { toPage } from './page.ts'

/** Rehearsals of a deck that are kept; older ones go. */
const KEPT = 20
const RE_NAME = /^\d{8}-\d{6}\.json$/

/**
 * Keeps the report beside the deck's earlier ones, as JSON and as a page; gives those, latest first, and the page's
 * path.
 */
export async function keepRehearsal(deck: Deck, report: Rehearsal): Promise<{ before: Rehearsal[], page: string }> {
  const dir = await openKeptFolder(deck, 'rehearsals')
  const files = (await readdir(dir)).filter(file => RE_NAME.test(file)).sort().reverse()
  for (const file of files.splice(KEPT - 1)) {
    await rm(join(dir, file), { force: true })
    await rm(join(dir, file.replace('.json', '.html')), { force: true })
  }
  const reports = await Promise.all(files.map(file => readReport(join(dir, file))))
  const before = reports.filter(earlier => earlier !== undefined)
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
