import type { ChildProcess } from 'node:child_process'
import type { Session } from '../session/session.ts'
import type { FromRemote, RemoteOptions, ToRemote } from './message.ts'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { StepError } from '../../protocol/error.ts'
import { createFeed } from './feed.ts'

const ENTRY = join(import.meta.dirname, 'entry.mjs')
/** How long the process has to listen, in ms. */
const START_TIMEOUT = 20_000
/** Before it is started anew, in ms. */
const PAUSE = 1000

/** The server of the remote viewers, in a process of its own. */
export interface Remote {
  port: number
  readonly pid: number | undefined
  close: () => void
}

export interface RemoteWorld {
  session: Session
  onCount: (count: number) => void
  /** Called when it ended by itself and could not be started anew. */
  onLost: (error: Error) => void
}

/**
 * Starts the server of the remote viewers, and starts it anew where it ends by itself; throws StepError where it cannot
 * listen.
 */
export async function startRemote(options: RemoteOptions, { session, onCount, onLost }: RemoteWorld): Promise<Remote> {
  let current: ChildProcess
  let closed = false

  async function start(port: number, strict: boolean): Promise<number> {
    const child = fork(ENTRY, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    current = child
    // A broken channel is told by `exit`.
    child.on('error', () => {})
    const opened = Promise.withResolvers<number>()
    const refuse = (why: string): void => opened.reject(new StepError('port-taken', `remote viewers cannot be served at ${options.addresses.join(', ')} port ${port}: ${why}`, 'Name an address of this machine and a free port: --remote ADDRESS:PORT', { params: { port: String(port) } }))
    const timer = setTimeout(refuse, START_TIMEOUT, 'no answer')
    child.on('message', (message: FromRemote) => {
      if (message.type === 'open')
        opened.resolve(message.port)
      else if (message.type === 'refused')
        refuse(message.message)
      else
        onCount(message.count)
    })
    child.once('exit', () => refuse('its process ended'))
    tell(child, { type: 'open', ...options, port, strict })
    try {
      const at = await opened.promise
      const endFeed = createFeed({ session, send: (messages, done) => tell(child, { type: 'feed', messages }, done) })
      child.once('exit', () => {
        endFeed()
        onCount(0)
        if (!closed)
          setTimeout(restart, PAUSE, at)
      })
      return at
    }
    catch (error) {
      child.kill('SIGKILL')
      throw error
    }
    finally {
      clearTimeout(timer)
    }
  }

  function restart(port: number): void {
    if (!closed)
      start(port, true).catch(onLost)
  }

  const port = await start(options.port, options.strict)
  return {
    port,
    get pid() { return current.pid },
    close() {
      closed = true
      // Also where it stands still; its sockets close as they do at its own end.
      current.kill('SIGKILL')
    },
  }
}

function tell(child: ChildProcess, message: ToRemote, done: () => void = () => {}): void {
  if (child.connected)
    child.send(message, () => done())
  else
    done()
}
