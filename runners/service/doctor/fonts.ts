import type { Finding } from './finding.ts'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fine } from './finding.ts'

/**
 * Whether the fonts that a deck names are here: installed, or a package of its project. Nothing where it names none.
 */
export async function checkFonts(families: string[], deckDir: string, installed = installedFonts): Promise<Finding[]> {
  if (!families.length)
    return []
  const known = await installed()
  const missing = families.filter(family => !isPackage(family, deckDir) && known && !known.has(family.toLowerCase()))
  return [missing.length
    ? { id: 'fonts', ok: false, severity: 'warning', message: `Not on this machine: the font ${missing.join(', ')}; another stands in`, fix: 'Install it, or add its @fontsource package to the project and import it in style.css.' }
    : fine('fonts', `the fonts are here: ${families.join(', ')}`)]
}

function isPackage(family: string, deckDir: string): boolean {
  try {
    return Boolean(createRequire(join(deckDir, 'package.json')).resolve(`@fontsource/${family.toLowerCase().replaceAll(/\s+/g, '-')}/package.json`))
  }
  catch {
    return false
  }
}

/** The families that fontconfig knows, in lower case; undefined where there is none to ask. */
async function installedFonts(): Promise<Set<string> | undefined> {
  const listed = await promisify(execFile)('fc-list', [':', 'family'], { maxBuffer: 1 << 24 }).catch(() => undefined)
  return listed && new Set(listed.stdout.split('\n').flatMap(line => line.split(',')).map(name => name.trim().toLowerCase()))
}
