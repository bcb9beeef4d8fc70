import type { Sources } from './sources.ts'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What Slidev runs of a deck, whether its steps run or not. */
export interface SlidevCode extends Pick<Sources, 'scripts' | 'addons' | 'theme'> {
  /** Files below the deck's folder, relative to it. */
  code: string[]
}

const FOLDERS = ['setup', 'components', 'layouts']
const RE_CODE = /^(?:(?:setup|components|layouts)\/.*\.\w+|[^/]+\.(?:vue|[cm]?[jt]sx?)|index\.html)$/

/** Whether Slidev runs a file below the deck's folder as code. */
export function isSlidevCode(name: string): boolean {
  return RE_CODE.test(name)
}

/** Finds what Slidev runs of the deck in the folder `dir`; nothing else there is looked through. */
export async function readSlidevCode(dir: string, { scripts, addons, theme }: Sources): Promise<SlidevCode> {
  const below = await Promise.all(FOLDERS.map(async folder => (await namesIn(join(dir, folder), true)).map(name => `${folder}/${name.replaceAll('\\', '/')}`)))
  const code = [...await namesIn(dir), ...below.flat()].filter(isSlidevCode).sort()
  return { code, scripts, addons, theme }
}

async function namesIn(folder: string, recursive = false): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive }).catch(() => [])
  return entries
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

/** It for people, a line each. */
export function slidevCodeLines({ code, scripts, addons, theme }: SlidevCode): string[] {
  return [...code, ...scripts.map(name => `<script> in ${name}`), ...theme ? [`theme ${theme}`] : [], ...addons.map(name => `addon ${name}`)]
}
