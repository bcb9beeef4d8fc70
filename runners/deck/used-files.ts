import type { Step } from '../protocol/step.ts'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { shellCommands } from './plan/shell-words.ts'

/** Folders that no build needs, and that change by themselves: recordings are made of what is hashed here. */
const LEFT_OUT = new Set(['.git', '.kamishibai', 'node_modules', 'recordings'])
const RE_PATH = /(?:[\w@-]+\/)+[\w.-]+\.\w+/g

/**
 * Files below the deck's folder that a step uses, relative to it: those its code names, and those of its build's
 * context.
 */
export function usedFiles(step: Step, dir: string): string[] {
  const words = step.runner === 'shell' ? shellCommands(step.code).flatMap(({ words, redirects }) => [...words, ...redirects]) : []
  const named = [...step.code.match(RE_PATH) ?? [], ...words].flatMap((name) => {
    const path = resolve(dir, name)
    return path.startsWith(dir + sep) && isFile(path) ? [relative(dir, path)] : []
  })
  const context = step.verb === 'build' && step.context !== undefined ? filesIn(join(dir, step.context)).map(path => relative(dir, path)) : []
  return [...new Set([...named, ...context])]
}

/** Their contents, so that a change makes the recording stale. */
export function readFiles(files: string[], dir: string): string[] {
  return files.map(file => readFileSync(join(dir, file), 'utf8'))
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name < b.name ? -1 : 1).flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? LEFT_OUT.has(entry.name) ? [] : filesIn(path) : entry.isFile() ? [path] : []
    })
  }
  catch {
    // The runner says that the folder is not there.
    return []
  }
}

/** A word of a script that can be no path, as it is too long or holds a NUL, names no file. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  }
  catch {
    return false
  }
}
