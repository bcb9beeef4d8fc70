import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import process from 'node:process'

const PACKAGE = join(import.meta.dirname, '../..')
const MODULES = `${sep}node_modules${sep}`

/** What the command `kamishibai` runs from: Node, our own code, and the folder that holds what it depends on. */
export function ownProgram(): string[] {
  const dependency = createRequire(import.meta.url).resolve('yargs')
  // The outermost: package managers link from there into folders below it.
  const modules = dependency.slice(0, dependency.indexOf(MODULES) + MODULES.length - 1)
  return [process.execPath, join(PACKAGE, 'package.json'), join(PACKAGE, 'runners'), modules]
}
