import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { say } from '../io/say.ts'

/** Exit codes of a process that is asked to end. */
export const ENDS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Signals that come so close together are one press of Ctrl-C, in ms: npm passes on what the terminal has sent
 * already.
 */
const ONE_PRESS = 300

/**
 * Resolves when the process is asked to end (130, 143, 129), or with 1 after an error nobody caught. In a terminal the
 * first Ctrl-C only asks once a talk has begun; `andDoes` says what its end does beside: ` and removes what it
 * created`.
 */
export async function untilEnd(hasBegun: () => boolean, andDoes = ''): Promise<number> {
  dropOthers('SIGTERM')
  const ends = (['SIGTERM', 'SIGHUP'] as const).map(async (signal) => {
    // A closed terminal may say so twice: one that nobody hears would end the process in the middle of its clean-up.
    process.on(signal, () => {})
    await once(process, signal)
    return ENDS[signal]
  })
  const failure = new Promise<number>((resolve) => {
    const onError = (error: unknown): void => {
      say.error(error)
      resolve(1)
    }
    process.on('uncaughtException', onError)
    process.on('unhandledRejection', onError)
  })
  return Promise.race([...ends, untilInterrupted(hasBegun, andDoes), failure])
}

/**
 * Resolves at the first Ctrl-C, or at the second when a talk has begun; one more during what follows ends the process.
 */
async function untilInterrupted(hasBegun: () => boolean, andDoes: string): Promise<number> {
  return new Promise((resolve) => {
    let ending = false
    onInterrupt((n) => {
      if (ending)
        process.exit(ENDS.SIGINT)
      ending = n > 1 || !process.stdin.isTTY || !hasBegun()
      if (ending)
        return resolve(ENDS.SIGINT)
      // What comes before the words is no answer to them.
      setTimeout(() => say.warn(`The talk has begun. Ctrl-C once more ends it${andDoes}.`), ONE_PRESS)
    })
  })
}

/** Calls back with the number of the press, from 1, at each Ctrl-C. Returns what ends it. */
export function onInterrupt(onPress: (n: number) => void): () => void {
  let n = 0
  let last = -Infinity
  const listener = (): void => {
    const now = performance.now()
    if (now - last < ONE_PRESS)
      return
    last = now
    onPress(++n)
  }
  process.on('SIGINT', listener)
  return () => void process.off('SIGINT', listener)
}

/** Vite ends the process by itself at this signal, whatever we still have to remove; after a restart it would again. */
function dropOthers(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  process.stdin.removeAllListeners('end')
  process.on('newListener', (name, listener) => {
    if (name === signal && listener.name === 'parentSigtermCallback')
      queueMicrotask(() => process.off(signal, listener as NodeJS.SignalsListener))
  })
}

type Ending = keyof typeof ENDS

/** Calls back with each signal that asks the process to end. Returns what ends it. */
function hearEnding(onAsked: (name: Ending) => void): () => void {
  const handlers = (Object.keys(ENDS) as Ending[]).map(name => [name, () => onAsked(name)] as const)
  handlers.forEach(([name, handler]) => process.on(name, handler))
  return () => handlers.forEach(([name, handler]) => process.off(name, handler))
}

/**
 * Does the first piece of work of a command. Asked to end meanwhile, the process ends once the work is over, and what
 * it started by `signal` has gone.
 */
export async function unlessEnded<T>(
  work: (signal: AbortSignal) => Promise<T>,
  exit: (code: number) => void = process.exit,
): Promise<T> {
  const ending = new AbortController()
  let asked: Ending | undefined
  const unheard = hearEnding((name) => {
    asked ??= name
    ending.abort()
  })
  try {
    return await work(ending.signal)
  }
  finally {
    unheard()
    if (asked)
      exit(ENDS[asked])
  }
}

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
  const unheard = hearEnding(asked.resolve)
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
    unheard()
  }
}
