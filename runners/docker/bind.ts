import { realpathSync } from 'node:fs'
import { resolve, sep } from 'node:path'

/** What decides over a bind mount. */
export interface BindRules {
  deckDir: string
  /** Paths that the step's grants name. */
  granted: { path: string, writable: boolean }[]
  /** The engine's socket, where it is one of this machine. */
  socket?: string
}

/** Where a bind mount comes from, or why it may not be; `grant` would allow it. */
export type Bind
  = | { path: string, readOnly: boolean }
    | { refused: 'missing' | 'outside' | 'writable' | 'engine', path: string, grant: string }

/**
 * Looks where a bind mount of `source` really comes from: inside the deck's folder, read-only, or where a grant says.
 * Symbolic links and dots count as what they lead to, and that path is what is mounted. `writable` is what was asked
 * for, undefined where nothing was said.
 */
export function resolveBind(
  source: string,
  writable: boolean | undefined,
  { deckDir, granted, socket }: BindRules,
): Bind {
  const path = realPath(resolve(deckDir, source))
  if (path === undefined)
    return { refused: 'missing', path: source, grant: '' }
  const grant = `mount:${path}:${writable === false ? 'ro' : 'rw'}`
  const covering = granted.filter(({ path: top }) => contains(realPath(resolve(deckDir, top)), path))
  const engine = socket && realPath(socket)
  if (engine && contains(path, engine) && !covering.some(({ path: top }) => realPath(resolve(deckDir, top)) === path))
    return { refused: 'engine', path, grant }
  const mayWrite = covering.some(granted => granted.writable)
  if (!covering.length && !contains(realPath(deckDir), path))
    return { refused: 'outside', path, grant }
  if (writable && !mayWrite)
    return { refused: 'writable', path, grant }
  return { path, readOnly: writable === false || !mayWrite }
}

/** Whether `path` is `top` or lies below it. */
function contains(top: string | undefined, path: string): boolean {
  return top !== undefined && (path === top || path.startsWith(top.endsWith(sep) ? top : top + sep))
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  }
  catch {
    return undefined
  }
}
