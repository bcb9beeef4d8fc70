import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { say } from '../io/say.ts'
import { ENDS } from './ending.ts'

type Ending = keyof typeof ENDS

/**
 * Does a piece of work that may be asked to end: what it started is then ended by `signal`, and the exit code is that
 * of the request. Its temporary files, and those of the programs that it starts, lie in one folder that goes with it:
 * a browser that is ended leaves its own.
 */
export async function endable(what: string, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const before = process.env.TMPDIR
  const folder = await mkdtemp(join(tmpdir(), 'kamishibai-slidev-'))
  process.env.TMPDIR = folder
  const ending = new AbortController()
  const asked = Promise.withResolvers<Ending>()
  const handlers = (Object.keys(ENDS) as Ending[]).map(name => [name, () => asked.resolve(name)] as const)
  handlers.forEach(([name, handler]) => process.on(name, handler))
  try {
    const done = work(ending.signal)
    const first = await Promise.race([done, asked.promise])
    if (typeof first === 'number')
      return first
    // It fails of its end, which is told already.
    done.catch(() => {})
    say.warn(`${what} was ended before it was done.`)
    return ENDS[first]
  }
  finally {
    ending.abort()
    if (before === undefined)
      delete process.env.TMPDIR
    else
      process.env.TMPDIR = before
    // A browser still writes while it goes.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    handlers.forEach(([name, handler]) => process.off(name, handler))
  }
}
