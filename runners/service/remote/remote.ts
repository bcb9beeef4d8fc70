import type { ChildProcess } from 'node:child_process'
import type { Session } from '../session.ts'
import type { FromRemote, RemoteOptions, ToRemote } from './message.ts'
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { StepError } from '../../protocol/error.ts'
import { createFeed } from './feed.ts'

const ENTRY = join(import.meta.dirname, 'entry.mjs')
/** How long the process has to listen, in ms. */
const START_TIMEOUT = 20_000
/** Before it is started anew, in ms. */
const PAUSE = 1000

/**
 * Beside a step that keeps all cores busy the process gets a twenty-eighth of the time (1024 : 36 on Linux). A Linux
 * that shares the processor among sessions first (`autogroup`, sched(7)) counts it only within one, so the session has it too.
 */
const NICENESS = 15

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

/** Starts the server of the remote viewers, and starts it anew where it ends by itself; throws StepError where it cannot listen. */
export async function startRemote(options: RemoteOptions, { session, onCount, onLost }: RemoteWorld): Promise<Remote> {
  let current: ChildProcess
  let closed = false

  async function start(port: number, strict: boolean): Promise<number> {
    // In a session of its own: Ctrl-C, which reaches every process of the terminal, is the presenter's to answer.
    const child = fork(ENTRY, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true })
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
      // Not before: beside a step that keeps all cores busy it would be late for its start.
      giveWay(child.pid!)
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

/** Lets the talk go first; `pid` leads a session of its own. */
function giveWay(pid: number): void {
  for (const give of [() => setPriority(pid, NICENESS), () => writeFileSync(`/proc/${pid}/autogroup`, String(NICENESS))]) {
    try {
      give()
    }
    catch {
      // It then only competes with the talk.
    }
  }
}

function tell(child: ChildProcess, message: ToRemote, done: () => void = () => {}): void {
  if (child.connected)
    child.send(message, () => done())
  else
    done()
}
