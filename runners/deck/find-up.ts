import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The nearest `name` in `from` or a folder above it. */
export function findUp(from: string, name: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, name)))
      return join(at, name)
    if (dirname(at) === at)
      return undefined
  }
}
