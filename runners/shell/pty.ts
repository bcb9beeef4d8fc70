import type { IPty } from '@lydell/node-pty'
import type { Payload, PayloadOf } from '../protocol/event.ts'
import type { RunContext } from '../protocol/runner.ts'
import { constants } from 'node:os'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'

/** How long a cancelled block may take to obey each signal, in ms. */
const PATIENCE = 2000
/** The longest pause while readers are behind, in ms; between two pauses one chunk is read, so that an end is seen. */
const LONGEST_PAUSE = 50
/** More characters than a kernel keeps for one terminal. */
const KERNEL_BUFFER = 256 * 1024
/** How long a terminal without a program must be quiet to be empty, in ms. */
const QUIET = 100

/** What of a stream this file needs; node-pty keeps its own private. */
interface Socket {
  readonly readableLength: number
  destroy: (error?: Error) => unknown
}

/** How a block is asked to end, ever less politely. */
export const INTERRUPT: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGKILL']
/**
 * The same for an interactive shell, which ignores the others: its terminal is taken away, from it and all that it
 * started.
 */
export const HANG_UP: NodeJS.Signals[] = ['SIGHUP', 'SIGKILL']

/**
 * Passes the output on until the program ends and its terminal is empty; an abort asks it to end with what `signals`
 * says then.
 */
export async function followPty(program: IPty, { emit, signal, drained }: Pick<RunContext, 'emit' | 'signal' | 'drained'>, signals = () => INTERRUPT): Promise<PayloadOf<'exit'>> {
  let ended = false
  readToTheEnd(program)
  const stop = async (): Promise<void> => {
    for (const name of signals()) {
      if (ended)
        return
      signalGroup(program.pid, name)
      await delay(PATIENCE, undefined, { ref: false })
    }
  }
  signal.addEventListener('abort', stop)
  if (signal.aborted)
    void stop()
  program.onData((data) => {
    emit({ type: 'output', data })
    const behind = drained()
    if (behind) {
      program.pause()
      void Promise.race([behind, delay(LONGEST_PAUSE)]).then(() => program.resume())
    }
  })
  const exit = await new Promise<PayloadOf<'exit'>>((resolve) => {
    program.onExit(({ exitCode, signal: number }) => resolve({
      type: 'exit',
      code: number ? 128 + number : exitCode,
      ...number && { signal: signalName(number) },
    }))
  })
  ended = true
  signal.removeEventListener('abort', stop)
  // What ran in the background of a cancelled block ignores SIGINT.
  if (signal.aborted)
    signalGroup(program.pid, 'SIGKILL')
  emit(exit satisfies Payload)
  return exit
}

/**
 * Signals a program and its children: it leads a session, so its process group has its pid. False when nobody is left.
 */
export function signalGroup(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, name)
  }
  catch {
    return false
  }
}

/**
 * node-pty destroys a terminal 200 ms after its program ended, and at its end of file, read or not. Here it is
 * destroyed
 * once it is empty, or, where a program in the background writes on, once more came than a kernel keeps.
 */
function readToTheEnd(program: IPty): void {
  const { _socket: socket } = program as unknown as { _socket?: Socket }
  if (!socket)
    return
  const destroy = socket.destroy.bind(socket)
  let closing = false
  let received = 0
  let changed = false
  program.onData((data) => {
    received += data.length
    changed = true
  })
  socket.destroy = (error) => {
    // With an error, the kernel has nothing more: what is left waits in the stream.
    if (error && !socket.readableLength)
      return destroy(error)
    if (closing)
      return socket
    closing = true
    const limit = received + KERNEL_BUFFER
    changed = false
    const timer = setInterval(() => {
      if (!socket.readableLength && (!changed || received > limit)) {
        clearInterval(timer)
        destroy(error)
      }
      changed = false
    }, QUIET)
    return socket
  }
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, n]) => n === number)?.[0] ?? String(number)
}
