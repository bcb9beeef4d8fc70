import { posix } from 'node:path'

/** Whether a path of a build's context, with slashes and relative to it, is left out. */
export type Ignore = (path: string) => boolean

/** The patterns of a `.dockerignore`; a later one wins, `!` takes back, and what lies in a folder goes with it. */
export function parseIgnore(text: string): Ignore {
  const patterns = text.replace(/^\uFEFF/, '').split(/\r?\n/).flatMap((line) => {
    const trimmed = line.trim()
    if (!trimmed || line.startsWith('#'))
      return []
    const back = trimmed.startsWith('!')
    const path = posix.normalize(trimmed.slice(back ? 1 : 0).trim()).replace(/^\/+|\/+$/g, '')
    return path && path !== '.' ? [{ back, pattern: toRegExp(path) }] : []
  })
  return (path) => {
    const parts = path.split('/')
    const prefixes = parts.map((_, i) => parts.slice(0, i + 1).join('/'))
    let ignored = false
    for (const { back, pattern } of patterns) {
      if (ignored === back && prefixes.some(prefix => pattern.test(prefix)))
        ignored = !back
    }
    return ignored
  }
}

/** Go's `filepath.Match` with `**`; source: moby/patternmatcher. */
function toRegExp(path: string): RegExp {
  const source = path.replace(/\*\*\/|\*\*|[*?]|\[(?:\\.|[^\]\\])+\]|\\(.)|[.+^${}()|[\]\\]/g, (token, escaped?: string) => {
    if (token === '**/')
      return '(?:.*/)?'
    if (token === '**')
      return '.*'
    if (token === '*')
      return '[^/]*'
    if (token === '?')
      return '[^/]'
    if (escaped !== undefined)
      return `\\${escaped}`.replace(/^\\(\w)$/, '$1')
    return token.length > 1 ? token : `\\${token}`
  })
  try {
    return new RegExp(`^${source}$`, 's')
  }
  catch {
    // A class that is none: only the path itself can be meant.
    return new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
  }
}
