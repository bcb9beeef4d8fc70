import type { Deck } from '../../deck/deck.ts'
import type { Finding } from '../../service/doctor/finding.ts'
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findUp } from '../../deck/find-up.ts'
import { StepError } from '../../protocol/error.ts'
import { fine } from '../../service/doctor/finding.ts'
import { recordingsDir } from '../../service/store/recordings.ts'

/** A folder that is written to, and what it is written for. */
interface Need { folder: string, why: string }

/** What Slidev writes for a deck, whatever it does with it. */
function slidevNeeds({ dir }: Deck): Need[] {
  return [{ folder: join(dir, 'node_modules', '.slidev', 'virtual'), why: 'Slidev keeps there what it makes of the deck' }]
}

/** What Vite writes besides where it serves a deck, by its own rules. */
function viteNeeds({ dir }: Deck): Need[] {
  const project = dirname(findUp(dir, 'package.json') ?? join(dir, 'package.json'))
  const cache = join(project, 'node_modules', '.vite')
  return [cache, join(cache, 'deps')].map(folder => ({ folder, why: 'Vite keeps there the packages that it makes ready for the browser' }))
}

/**
 * Throws StepError `not-available` where Slidev cannot write beside the deck: it would tell so in stack traces, or not
 * at all.
 */
export function checkSlidevWrites(deck: Deck, { serves }: { serves: boolean }): void {
  check(deck, [...slidevNeeds(deck), ...serves ? viteNeeds(deck) : []])
}

/** Throws StepError `not-available` where the deck cannot be built for its talk. */
export function checkBuildWrites(deck: Deck): void {
  check(deck, [...slidevNeeds(deck), { folder: join(deck.dir, '.kamishibai', 'builds'), why: 'what is built for the talk lies there' }])
}

/** Throws StepError `not-available` where the deck's recordings cannot be written: before a run that would be lost. */
export function checkRecordingWrites(deck: Deck): void {
  check(deck, [{ folder: recordingsDir(deck), why: 'the recordings of the deck lie there' }])
}

/** The same for `doctor`: a deck whose slides cannot be served is no talk. */
export function writableFinding(deck: Deck): Finding {
  try {
    checkBuildWrites(deck)
    return fine('writable', 'Slidev can write beside the deck')
  }
  catch (error) {
    const { message, hint } = error as StepError
    return { id: 'writable', ok: false, severity: 'risk', message, fix: hint }
  }
}

function check({ dir }: Deck, needs: Need[]): void {
  for (const { folder, why } of needs) {
    const there = nearest(folder)
    if (!isWritable(there))
      throw new StepError('not-available', `the folder ${there} cannot be written, and ${why}`, `Copy the folder ${dir} to one of your own, and use the deck there.`)
  }
}

/** A folder, or the first above it that is there: in that one it is made. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder))
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  }
  catch {
    return false
  }
}
