import type { Deck } from '../../deck/deck.ts'
import type { BuiltFlavour } from '../../protocol/flavour.ts'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { BUILT_FLAVOURS } from '../../protocol/flavour.ts'
import { stateDir } from '../trust/store.ts'

const digestsSchema = z.record(z.string(), z.string())

const keptSchema = z.object({
  /** By what it was made of. */
  key: z.string(),
  flavour: z.enum(BUILT_FLAVOURS),
  /** ISO 8601. */
  at: z.string(),
  /** The folder with its files, an absolute path. */
  dir: z.string(),
  /** One hash over these. */
  hash: z.string(),
  /** SHA-256 of what else it was made of, by absolute path. */
  outside: digestsSchema,
  /** What it loads from the internet, and why it has not been fetched. */
  missing: z.array(z.object({ url: z.string(), reason: z.string() })),
  /** What is wrong with slides that show that in their place. */
  broken: z.array(z.object({
    severity: z.enum(['error', 'warning']),
    file: z.string(),
    line: z.int(),
    column: z.int(),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
  })),
})

/**
 * A build that is kept. Its files lie beside the deck, where steps can write; what is known of them lies in the user's
 * state folder, where they cannot.
 */
export type KeptBuild = z.infer<typeof keptSchema>

type Env = Record<string, string | undefined>

function folderOf({ file }: Pick<Deck, 'file'>, env: Env): string {
  return join(stateDir(env), 'builds', createHash('sha256').update(file).digest('hex').slice(0, 16))
}

/** The builds of a deck that are kept in one flavour, the newest first. */
export function readKept(deck: Pick<Deck, 'file'>, flavour: BuiltFlavour, env: Env): KeptBuild[] {
  const folder = folderOf(deck, env)
  return namesIn(folder).flatMap((name) => {
    try {
      return keptSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))
    }
    catch {
      return []
    }
  }).filter(build => build.flavour === flavour).sort((a, b) => b.at.localeCompare(a.at))
}

/** Remembers a build, where the state folder can be written: else the next talk builds anew. */
export function keepBuild(deck: Pick<Deck, 'file'>, build: KeptBuild, env: Env): void {
  const folder = folderOf(deck, env)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, nameOf(build)), JSON.stringify(build), { mode: 0o600 })
  }
  catch {}
}

/** Forgets a build whose files are gone. */
export function forgetBuild(deck: Pick<Deck, 'file'>, build: KeptBuild, env: Env): void {
  rmSync(join(folderOf(deck, env), nameOf(build)), { force: true })
}

const nameOf = ({ flavour, key }: KeptBuild): string => `${flavour}-${key}.json`

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => name.endsWith('.json'))
  }
  catch {
    return []
  }
}
