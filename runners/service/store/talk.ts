import type { Deck } from '../../deck/deck.ts'
import type { Step } from '../../protocol/step.ts'
import type { Session } from '../session/session.ts'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { isPassed } from '../../protocol/event.ts'
import { privateDirOf, readNote } from '../sweep/folders.ts'
import { ownerState, pidOf } from '../sweep/owner.ts'
import { stateDir } from '../trust/store.ts'

const talkSchema = z.object({
  deck: z.string(),
  /** The session that wrote it. */
  session: z.string(),
  slide: z.int().min(1),
  /** Steps that had passed. */
  passed: z.array(z.string()),
})

/** Where a talk was when it was cut off. */
export type Talk = z.infer<typeof talkSchema>

type Env = Record<string, string | undefined>

function fileOf(deck: string, env: Env): string {
  return join(stateDir(env), 'talks', `${createHash('sha256').update(deck).digest('hex').slice(0, 32)}.json`)
}

/** Where the last talk of the deck `file` (an absolute path) was cut off; undefined where it came to its own end. */
export function readTalk(file: string, env: Env): Talk | undefined {
  try {
    const talk = talkSchema.parse(JSON.parse(readFileSync(fileOf(file, env), 'utf8')))
    return talk.deck === file ? talk : undefined
  }
  catch {
    return undefined
  }
}

/** The process that presents the deck `file` (an absolute path) now; undefined where no talk of it runs. */
export async function presenterOf(file: string, env: Env): Promise<number | undefined> {
  const talk = readTalk(file, env)
  const note = talk && await readNote(privateDirOf(talk.session))
  return note && ownerState(note.owner) === 'alive' ? pidOf(note.owner) : undefined
}

/**
 * Writes down where the talk is, at each slide and each step that passes. Returns what ends that and forgets it: the
 * talk came to its own end.
 */
export function keepTalk(session: Session, env: Env): () => void {
  const path = fileOf(session.deck.file, env)
  let written = ''
  function write(): void {
    const { slide = 1 } = session.pace
    const passed = session.deck.steps.filter(({ id }) => isPassed(session.runOf(id)?.log.state.phase ?? 'idle')).map(({ id }) => id)
    const text = JSON.stringify({ deck: session.deck.file, session: session.id, slide, passed } satisfies Talk)
    if (text === written)
      return
    written = text
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // A crash between the two leaves the earlier one.
    writeFileSync(`${path}.new`, text, { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
  const phases = new Map<number, string>()
  const stops = [session.pace.subscribe(write), session.subscribe(({ info, log }) => {
    if (phases.get(info.n) === log.state.phase)
      return
    phases.set(info.n, log.state.phase)
    write()
  })]
  return () => {
    stops.forEach(stop => stop())
    // Another talk of the deck may go on.
    if (readTalk(session.deck.file, env)?.session === session.id)
      rmSync(path, { force: true })
  }
}

/**
 * What must run again so that the talk can go on: of the steps that had passed, those that a step from its slide on
 * needs; in the deck's order.
 */
export function stepsToResume({ steps }: Pick<Deck, 'steps'>, { slide, passed }: Talk): string[] {
  const needed = new Set<string>()
  const add = (step: Step): void => {
    for (const id of step.needs.filter(need => !needed.has(need))) {
      needed.add(id)
      steps.filter(other => other.id === id).forEach(add)
    }
  }
  steps.filter(step => step.slides.some(no => no >= slide)).forEach(add)
  return steps
    .filter(({ id, slides }) => needed.has(id) && passed.includes(id) && slides.every(no => no <= slide))
    .map(({ id }) => id)
}
