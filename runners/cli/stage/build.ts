import type { Deck } from '../../deck/deck.ts'
import type { Building } from '../../protocol/building.ts'
import type { BuiltFlavour } from '../../protocol/flavour.ts'
import type { Problem } from '../../protocol/problem.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { BROKEN_SLIDE_ENV, readBroken } from '../../protocol/broken-slide.ts'
import { BUILDING_ENV, readBuilding } from '../../protocol/building.ts'
import { StepError } from '../../protocol/error.ts'
import { flavourEnv } from '../../protocol/flavour.ts'
import { slidevBin } from '../slidev/slidev.ts'

/** How Slidev's command is called for what is built. */
const ARGS: Record<BuiltFlavour, string[]> = {
  stage: ['--base', '/'],
  remote: ['--base', './', '--router-mode', 'hash', '--without-notes'],
}

export interface BuildOptions {
  flavour: BuiltFlavour
  /** A folder. */
  target: string
  signal: AbortSignal
  /** Whether it gives way to a talk that goes on. @default false */
  gentle?: boolean
  onBuilding?: (building: Building) => void
}

/**
 * Builds a deck; resolves with the slides that show a mistake in their place. Throws StepError with Slidev's own words
 * where it fails.
 */
export async function buildDeck(
  deck: Deck,
  { flavour, target, signal, gentle, onBuilding }: BuildOptions,
): Promise<Problem[]> {
  const preload = pathToFileURL(join(import.meta.dirname, '../slidev/preload.mjs')).href
  const args = ['--import', preload, slidevBin(deck.dir), 'build', deck.file, '--out', target, ...ARGS[flavour]]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...flavourEnv(flavour), ...BROKEN_SLIDE_ENV, ...BUILDING_ENV },
    signal,
    killSignal: 'SIGKILL',
  })
  const broken: Problem[] = []
  child.on('message', (message) => {
    const problem = readBroken(message)
    const building = readBuilding(message)
    if (problem)
      broken.push(problem)
    if (building)
      onBuilding?.(building)
  })
  if (gentle)
    giveWay(child.pid!)
  const [[code], said, printed] = await Promise.all([once(child, 'close') as Promise<[number | null]>, text(child.stderr!), text(child.stdout!)])
  if (code !== 0)
    throw new StepError('command-failed', `the deck could not be built: ${firstWords(said.trim() || printed)}`, 'See all that it says: kamishibai build')
  return broken
}

function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  }
  catch {
    // It then only competes with the talk.
  }
}

/** What a program wrote of its failure, without frames, pictures of code and stacks. */
function firstWords(said: string): string {
  const lines = stripVTControlCharacters(said).split('\n').filter(line => /^[^\s│╭╰─]/.test(line) && !/^✗ Build failed|^Build failed with|^\d+ │|^\}/.test(line))
  return lines.slice(0, 3).join(' ')
}
