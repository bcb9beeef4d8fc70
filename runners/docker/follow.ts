import type Docker from 'dockerode'
import type { Duplex } from 'node:stream'
import type { RunContext } from '../protocol/runner.ts'
import { setTimeout as delay } from 'node:timers/promises'

/** How often a container is asked whether it still runs: `wait` never settles when the connection is cut, in ms. */
const ALIVE_CHECK = 3000
/** The same once the output has ended: with the container, or with its engine, in ms. */
const ALIVE_CHECK_AFTER_END = 20
/** How long output may come after the container's end, with none coming, in ms. */
const LAST_WORDS = 2000

/**
 * Passes the output of a container with a terminal on, and resolves when the container has ended and its output with
 * it, or when the run is aborted. `ended` is its `wait`, asked for before the start.
 */
export async function followContainer(container: Docker.Container, output: Duplex, ended: Promise<unknown>, { emit, signal, drained }: Pick<RunContext, 'emit' | 'signal' | 'drained'>): Promise<void> {
  const over = new AbortController()
  let lastOutput = Date.now()

  async function copy(): Promise<void> {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of output as AsyncIterable<Buffer>) {
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
        await (pause === ALIVE_CHECK ? Promise.race([copied.then(() => pause = ALIVE_CHECK_AFTER_END), waited]) : waited)
        if (!over.signal.aborted && !await isAlive(container))
          return
      }
    })()
    await Promise.race([ended.catch(() => asked), asked])
  }

  async function silent(): Promise<void> {
    while (!over.signal.aborted && Date.now() - lastOutput < LAST_WORDS)
      await delay(LAST_WORDS / 4, undefined, { signal: over.signal, ref: false }).catch(() => {})
  }

  const copied = copy()
  const aborted = new Promise<void>(resolve => signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }))
  try {
    await Promise.race([aborted, stopped().then(() => Promise.race([copied, silent()]))])
  }
  finally {
    over.abort()
    output.destroy()
  }
}

/** False when the container has ended, is gone, or its engine does not answer in time. */
async function isAlive(container: Docker.Container): Promise<boolean> {
  const late = delay(ALIVE_CHECK, false, { ref: false })
  return Promise.race([container.inspect().then(info => info.State.Running || info.State.Restarting, () => false), late])
}
