import type { Deck } from '../../deck/deck.ts'
import type { Problem } from '../../protocol/problem.ts'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { misfitOf, MISFITS_FILE } from '../../protocol/misfit.ts'
import { printDeck } from '../export/slidev.ts'

/** A warning for each slide whose steps or views lie below its edge, as a browser draws them with their recordings. */
export async function fitProblems(deck: Deck, signal: AbortSignal): Promise<Problem[]> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-fit-'))
  try {
    const told = join(dir, 'misfits.json')
    const env = { [MISFITS_FILE]: told }
    await printDeck(deck, 'pdf', { target: join(dir, 'deck.pdf'), dark: false, env, quiet: true, signal })
    const misfits = JSON.parse(await readFile(told, 'utf8')) as { slide: number, px: number }[]
    return misfits.map(({ slide, px }) => {
      const { file, line } = deck.slides.find(({ no }) => no === slide) ?? { file: `${deck.name}.md`, line: 1 }
      return { severity: 'warning', file, line, column: 1, code: 'misfit', ...misfitOf(slide, px) }
    })
  }
  finally {
    await rm(dir, { recursive: true, force: true })
  }
}
