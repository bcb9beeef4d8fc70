import type { RunContext } from '../protocol/runner.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { aborted } from '../protocol/abort.ts'

/** How often it is asked whether the program still runs: `wait` never settles when the connection is cut, in ms. */
const ALIVE_CHECK = 3000
/** The same once the output has ended: with the program, or with its engine, in ms. */
const ALIVE_CHECK_AFTER_END = 20
/** How long output may come after the program's end, with none coming, in ms. */
const LAST_WORDS = 2000

/** A program of the engine that writes to a terminal. */
export interface Source {
  output: AsyncIterable<Buffer>
  /** Leaves the output. */
  close: () => void
  /** Whether it still runs, as its engine says. */
  isRunning: () => Promise<boolean>
  /** Settles at its end, where the engine tells that by itself. */
  ended?: Promise<unknown>
}

/** Passes the output on, and resolves when the program has ended and its output with it, or when the run is aborted. */
export async function followOutput({ output, close, isRunning, ended }: Source, { emit, signal, drained }: Pick<RunContext, 'emit' | 'signal' | 'drained'>): Promise<void> {
  const over = new AbortController()
  let lastOutput = Date.now()

  async function copy(): Promise<void> {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of output) {
        lastOutput = Date.now()
        const data = decoder.decode(chunk, { stream: true })
        if (data)
          emit({ type: 'output', data })
        await drained()
        lastOutput = Date.now()
      }
    }
    catch {
      // Cut off: by the abort, or with the engine, which the check below finds out.
    }
    const rest = decoder.decode()
    if (rest)
      emit({ type: 'output', data: rest })
  }

  async function stopped(): Promise<void> {
    const asked = (async () => {
      let pause = ALIVE_CHECK
      while (!over.signal.aborted) {
        const waited = delay(pause, undefined, { signal: over.signal, ref: false }).catch(() => {})
        await (pause === ALIVE_CHECK
          ? Promise.race([copied.then(() => (pause = ALIVE_CHECK_AFTER_END)), waited])
          : waited)
        if (!over.signal.aborted && !await isAlive(isRunning))
          return
      }
    })()
    await Promise.race([ended?.catch(() => asked) ?? asked, asked])
  }

  async function silent(): Promise<void> {
    while (!over.signal.aborted && Date.now() - lastOutput < LAST_WORDS)
      await delay(LAST_WORDS / 4, undefined, { signal: over.signal, ref: false }).catch(() => {})
  }

  const copied = copy()
  try {
    await Promise.race([aborted(signal), stopped().then(() => Promise.race([copied, silent()]))])
  }
  finally {
    over.abort()
    close()
  }
}

/** False when the program has ended, is gone, or its engine does not answer in time. */
async function isAlive(isRunning: Source['isRunning']): Promise<boolean> {
  return answered(isRunning()).catch(() => false)
}

/** The answer to a call, or an error where none comes: a call never settles when its connection is cut. */
export async function answered<T>(call: Promise<T>): Promise<T> {
  const over = new AbortController()
  const late = delay(ALIVE_CHECK, undefined, { ref: false, signal: over.signal }).then(() => {
    throw new Error(`no answer within ${ALIVE_CHECK / 1000} s`)
  })
  late.catch(() => {})
  return Promise.race([call, late]).finally(() => over.abort())
}
