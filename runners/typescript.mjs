// Plain JavaScript: how Node gets to our TypeScript. It strips types by itself, but not below node_modules.
import { readFileSync } from 'node:fs'
import * as modules from 'node:module'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('..', import.meta.url).href
/** Where our TypeScript lies; a deck of somebody may lie beside it. */
const OURS = ['client', 'components', 'runners', 'setup', 'slides', 'tests'].map(folder => `${ROOT}${folder}/`)
const RE_JITI = /\/jiti\/lib\/jiti\.m?js$/
const RE_TYPESCRIPT = /\.[cm]?tsx?(?:\?.*)?$/
const isInstalled = import.meta.url.includes('/node_modules/')

/** Whether this process imports our TypeScript as it imports JavaScript; else jiti translates it. */
export const isNative = Boolean(process.features.typescript) && (!isInstalled || stripOurs())

// Slidev reads each setup file with a jiti of its own, which would translate all that ours import, each time anew.
// A process that we start inherits the variable, and needs the hook of its own.
if (isNative && modules.registerHooks) {
  process.env.JITI_TRY_NATIVE ??= 'true'
  leaveOthersToJiti()
}

/**
 * Imports one of our TypeScript files, a path from the root of the package; `cache` is where jiti keeps what it
 * translated.
 */
export async function importTypeScript(path, { cache = false } = {}) {
  const { href } = new URL(path, ROOT)
  if (isNative)
    return import(href)
  const { createJiti } = await import('jiti')
  return createJiti(import.meta.url, { fsCache: cache }).import(href)
}

/**
 * Makes jiti translate TypeScript that is not ours, as without us: there `require` and `__dirname` exist, in modules of
 * Node not.
 */
function leaveOthersToJiti() {
  modules.registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context)
      // jiti takes an error for a sign to translate the file itself.
      if (RE_JITI.test(context.parentURL ?? '') && RE_TYPESCRIPT.test(resolved.url) && !OURS.some(folder => resolved.url.startsWith(folder)))
        throw new Error('left to jiti')
      return resolved
    },
  })
}

/** Strips the types of our files in this process from now on; false where this Node cannot. */
function stripOurs() {
  if (!modules.registerHooks || !modules.stripTypeScriptTypes)
    return false
  // That this is experimental is nothing that somebody who gives a talk can do something about.
  const { emitWarning } = process
  process.emitWarning = () => {}
  modules.stripTypeScriptTypes('')
  process.emitWarning = emitWarning
  modules.registerHooks({
    load(url, context, nextLoad) {
      const [file] = url.split('?')
      return file.startsWith(ROOT) && file.endsWith('.ts')
        ? { format: 'module', source: modules.stripTypeScriptTypes(readFileSync(fileURLToPath(file), 'utf8')), shortCircuit: true }
        : nextLoad(url, context)
    },
  })
  return true
}
