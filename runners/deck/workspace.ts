import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { findUp } from './find-up.ts'

/**
 * The folder above a deck's folder `dir` out of which Slidev reads nothing: of its workspace, else of its package, else
 * `dir` (`searchForWorkspaceRoot` of @slidev/cli).
 */
export function workspaceOf(dir: string): string {
  const manifest = findUp(dir, 'package.json')
  const own = manifest ? dirname(manifest) : dir
  for (let at = own; ; at = dirname(at)) {
    if (existsSync(join(at, 'pnpm-workspace.yaml')) || hasWorkspaces(join(at, 'package.json')))
      return at
    if (dirname(at) === at)
      return own
  }
}

/** Whether a file is in the folder `root` or below it; both absolute. */
export function isWithin(file: string, root: string): boolean {
  const path = relative(root, file)
  return path !== '..' && !/^\.\.[/\\]/.test(path) && !/^(?:[A-Z]:|[/\\])/i.test(path)
}

function hasWorkspaces(manifest: string): boolean {
  try {
    return Boolean((JSON.parse(readFileSync(manifest, 'utf8')) as { workspaces?: unknown }).workspaces)
  }
  catch {
    return false
  }
}
