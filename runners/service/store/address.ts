import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { stateDir } from '../trust/store.ts'
import { createToken } from '../wire/token.ts'

const addressSchema = z.object({
  /** The deck, an absolute path. */
  deck: z.string(),
  port: z.int(),
  /** The driver token. */
  token: z.string(),
})

/**
 * Where a deck is presented. It stays the same from talk to talk, so that open windows, bookmarks and what the browser
 * keeps for the origin go on to mean this deck.
 */
export type Address = z.infer<typeof addressSchema>

type Env = Record<string, string | undefined>

/** The ports that decks are given. */
const FIRST_PORT = 3030
const LAST_PORT = 3999

const folderOf = (env: Env): string => join(stateDir(env), 'addresses')

/**
 * The address of the deck `file` (an absolute path). Its first call takes a port that no other deck has; undefined
 * where all are given, or where the state folder cannot be written.
 */
export function addressOf(file: string, env: Env): Address | undefined {
  const known = readAddresses(env)
  const own = known.find(({ deck }) => deck === file)
  if (own)
    return own
  try {
    mkdirSync(folderOf(env), { recursive: true, mode: 0o700 })
    // A deck that is gone needs its port no longer.
    for (const { port } of known.filter(({ deck }) => !existsSync(deck)))
      rmSync(pathOf(port, env), { force: true })
    for (const port of deckPorts()) {
      const address = { deck: file, port, token: createToken() }
      if (claim(address, env))
        return address
    }
  }
  catch {}
  return undefined
}

/** The ports that belong to decks, and to which. */
export function portsOfDecks(env: Env): Map<number, string> {
  return new Map(readAddresses(env).map(({ port, deck }) => [port, deck]))
}

/** The ports that may be given to decks, in their order. */
export function* deckPorts(): Generator<number> {
  for (let port = FIRST_PORT; port <= LAST_PORT; port++)
    yield port
}

function pathOf(port: number, env: Env): string {
  return join(folderOf(env), `${port}.json`)
}

function readAddresses(env: Env): Address[] {
  try {
    return readdirSync(folderOf(env)).filter(name => name.endsWith('.json')).flatMap((name) => {
      try {
        return [addressSchema.parse(JSON.parse(readFileSync(join(folderOf(env), name), 'utf8')))]
      }
      catch {
        return []
      }
    })
  }
  catch {
    return []
  }
}

/** Takes a port, whole or not at all: of two commands that want it at once, one gets it. */
function claim(address: Address, env: Env): boolean {
  const path = pathOf(address.port, env)
  if (existsSync(path))
    return false
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, JSON.stringify(address), { mode: 0o600 })
  try {
    linkSync(draft, path)
    return true
  }
  catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      return false
    throw error
  }
  finally {
    rmSync(draft, { force: true })
  }
}
