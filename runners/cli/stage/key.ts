import type { Deck } from '../../deck/deck.ts'
import type { BuiltFlavour } from '../../protocol/flavour.ts'
import type { Digests } from '../../service/trust/files.ts'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { findUp } from '../../deck/find-up.ts'
import { isWithin } from '../../deck/workspace.ts'
import { digestFiles, hashDigests } from '../../service/trust/files.ts'
import { readTrust } from '../../service/trust/trust.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
/** Our folders that pages are made of; in a checkout they change while our version stays. */
const OWN = ['client', 'components', 'layouts', 'setup', 'runners/protocol', 'runners/deck', 'runners/replay']
const LOCKS = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb']
/** What Slidev keeps of a talk: a page gets it from the service. */
const RE_KEPT = /^\.slidev\//

/**
 * Names a build by all that its page is made of below the deck's folder, what is installed, and our own code: 16
 * hexadecimal digits. {@link digestsOf} covers the files that it reads elsewhere.
 */
export async function buildKey(deck: Deck, flavour: BuiltFlavour): Promise<string> {
  const { digests } = await readTrust(deck, process.env)
  const installed = LOCKS.flatMap(name => findUp(deck.dir, name) ?? []).map(path => readFileSync(path))
  const versions = ['@slidev/cli', 'vite'].map(name => versionOf(name, deck.dir))
  const drawn = deck.drawings?.dir
  const made = Object.entries(digests).filter(([name]) => !RE_KEPT.test(name) && !(drawn && isWithin(join(deck.dir, name), drawn)))
  const hash = createHash('sha256').update(JSON.stringify([flavour, deck.file, versions, made, await ownDigest()]))
  installed.forEach(text => hash.update(text))
  return hash.digest('hex').slice(0, 16)
}

/** Digests of files by their absolute paths, as they are now. */
export function digestsOf(files: string[]): Digests {
  const there = files.filter(file => existsSync(file))
  return Object.fromEntries(there.map(file => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]))
}

async function ownDigest(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  if (ROOT.includes('/node_modules/'))
    return version
  const folders = await Promise.all(OWN.map(folder => digestFiles(join(ROOT, folder), [])))
  return `${version} ${folders.map(hashDigests).join()}`
}

function versionOf(name: string, dir: string): string {
  try {
    const path = createRequire(join(dir, 'package.json')).resolve(`${name}/package.json`)
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
  }
  catch {
    return ''
  }
}
