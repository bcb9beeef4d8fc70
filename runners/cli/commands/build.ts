import type { Problem } from '../../protocol/problem.ts'
import { resolve } from 'node:path'
import process from 'node:process'
import { parseDeck } from '../../deck/parse.ts'
import { tellRecorded } from '../check/recorded.ts'
import { tellMistakes } from '../io/tell-mistakes.ts'
import { endable } from '../process/ending.ts'
import { checkProject } from '../slidev/package-json.ts'
import { checkPresentable } from '../slidev/presentable.ts'
import { runSlidev } from '../slidev/slidev.ts'
import { checkSlidevWrites } from '../slidev/writable.ts'

/** `kamishibai build`: a static site that needs no rewrites and works below any path; resolves with the exit code. */
export async function build(
  { deck: path, output, withoutNotes = false }: { deck: string, output: string, withoutNotes?: boolean },
): Promise<number> {
  const deck = await parseDeck(path)
  checkProject(deck)
  await checkPresentable(deck)
  checkSlidevWrites(deck, { serves: false })
  const target = resolve(output)
  const args = ['build', deck.file, '--out', target, '--base', './', '--router-mode', 'hash', ...withoutNotes ? ['--without-notes'] : []]
  const broken: Problem[] = []
  const code = await endable('The build', signal => runSlidev({ deckDir: deck.dir, args, env: { NODE_ENV: 'production' }, signal, broken }))
  if (code !== 0)
    return code
  process.stdout.write(`The site is in ${target}: any file server can serve it, below any path.\n`)
  return Math.max(tellMistakes(deck, broken), await tellRecorded(deck))
}
