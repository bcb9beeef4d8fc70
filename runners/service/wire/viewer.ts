import type { WebSocket } from 'ws'
import type { LogEvent } from '../../protocol/event.ts'
import type { ClientMessage, ServerMessage } from '../../protocol/wire.ts'
import type { Run } from '../run/types.ts'
import type { Session } from '../session/session.ts'
import { isStepError, StepError, toErrorInfo } from '../../protocol/error.ts'
import { formatRecording } from '../../protocol/format-recording.ts'
import { clientMessageSchema, CREDIT, encodeFrame } from '../../protocol/wire.ts'
import { toRecording } from '../run/recording.ts'

/** The longest binary frame, in characters of output. */
const FRAME = 32 * 1024
/** Logs longer than this are not sent for Again, in characters of output. */
const LONGEST_LOG = 16 * 1024 * 1024
/** A browser that does not say hello in this time is let go, in ms. */
const HELLO_TIMEOUT = 2000

interface Cursor { run: Run, seq: number, snapshotting: boolean }

/** One tab: a reader of every log with a place of its own, that never makes the run wait. */
export function createViewer(socket: WebSocket, session: Session): void {
  const cursors = new Map<number, Cursor>()
  let unacked = 0
  let scheduled = false
  let greeted = false
  const ends: (() => void)[] = []
  const hello = setTimeout(() => socket.close(1008, 'no hello'), HELLO_TIMEOUT)

  const send = (message: ServerMessage): void => {
    if (socket.readyState === socket.OPEN)
      socket.send(JSON.stringify(message))
  }
  const schedule = (): void => {
    if (scheduled)
      return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      pump()
    })
  }

  function pump(): void {
    for (const cursor of cursors.values()) {
      while (!cursor.snapshotting && unacked < CREDIT && socket.readyState === socket.OPEN) {
        const events = cursor.run.log.from(cursor.seq + 1)
        if (!events) {
          void sendSnapshot(cursor)
          break
        }
        if (!events.length)
          break
        sendEvents(cursor, events)
      }
    }
  }

  /** Sends from `events` what the credit allows; adjacent output goes in one frame. */
  function sendEvents(cursor: Cursor, events: LogEvent[]): void {
    const { n } = cursor.run.info
    for (let i = 0; i < events.length && unacked < CREDIT;) {
      const event = events[i]!
      if (event.type !== 'output') {
        const { seq, at, ...payload } = event
        send({ type: 'event', run: n, seq, at, payload })
        cursor.seq = seq
        i++
        continue
      }
      let data = ''
      let last = event
      while (i < events.length && data.length < FRAME) {
        const next = events[i]!
        if (next.type !== 'output')
          break
        data += next.data
        last = next
        i++
      }
      const frame = encodeFrame(n, last.seq, last.at, data)
      socket.send(frame)
      unacked += frame.byteLength
      cursor.seq = last.seq
    }
  }

  async function sendSnapshot(cursor: Cursor): Promise<void> {
    cursor.snapshotting = true
    const { ansi, seq } = await cursor.run.log.screen.snapshot()
    if (cursors.get(cursor.run.info.n) !== cursor)
      return
    send({ type: 'snapshot', run: cursor.run.info, state: structuredClone(cursor.run.log.state), screen: ansi, screenSeq: seq })
    cursor.seq = seq
    cursor.snapshotting = false
    schedule()
  }

  function follow(run: Run, have?: number): void {
    const { n } = run.info
    if (cursors.has(n) || session.forgotten.has(n))
      return
    const cursor: Cursor = { run, seq: have ?? 0, snapshotting: false }
    cursors.set(n, cursor)
    if (have === undefined || have > run.log.state.seq)
      void sendSnapshot(cursor)
  }

  function tellSession(): void {
    send({ type: 'session', session: session.id, deck: session.deck.name, mode: session.mode, runners: session.runners })
    if (session.drift.now.length)
      tellDrift()
    if (!session.forgotten.size)
      return
    for (const n of session.forgotten)
      cursors.delete(n)
    send({ type: 'forgotten', runs: [...session.forgotten] })
  }

  function tellDrift(): void {
    send({ type: 'drift', steps: session.drift.now })
  }

  function greet(message: Extract<ClientMessage, { type: 'hello' }>): void {
    clearTimeout(hello)
    tellSession()
    const known = message.session === session.id ? message.have : {}
    for (const run of session.runs)
      follow(run, known[run.info.n])
    const tellPace = (): void => {
      if (session.pace.slide)
        send({ type: 'pace', slide: session.pace.slide, clicks: session.pace.clicks, over: session.pace.over, spent: Object.fromEntries(session.pace.spent()) })
    }
    tellPace()
    const tellRemote = (): void => {
      if (session.remote.now.state !== 'off')
        send({ type: 'remote', ...session.remote.now })
    }
    tellRemote()
    if (!greeted) {
      ends.push(session.drift.subscribe(tellDrift), session.onChange(tellSession), session.pace.subscribe(tellPace), session.remote.subscribe(tellRemote), session.subscribe((run) => {
        follow(run)
        schedule()
      }))
    }
    greeted = true
    schedule()
  }

  async function sendLog(n: number): Promise<void> {
    const run = runNumber(n)
    if (run.log.state.outputLength > LONGEST_LOG)
      throw new StepError('output-limit', 'the log of this run is too long to be shown again')
    const { phase, expectations } = run.log.state
    const recording = await toRecording(run.step, run.log, { phase, expectations, durationMs: run.log.state.at }, {}, new Date(run.info.startedAt))
    send({ type: 'log', run: n, ...formatRecording(recording) })
  }

  function runNumber(n: number): Run {
    const run = session.runs.find(r => r.info.n === n)
    if (!run)
      throw new StepError('not-found', `there is no run ${n}`)
    return run
  }

  async function handle(message: ClientMessage): Promise<void> {
    if (message.type === 'hello')
      return greet(message)
    if (!greeted)
      throw new StepError('bad-message', 'the first message must be hello')
    switch (message.type) {
      case 'run': {
        const { step, replay, after } = message
        if (after === undefined || after === (session.runOf(step)?.info.n ?? 0))
          session.start(step, { replay })
        return
      }
      case 'cancel':
        return runNumber(message.run).cancel('cancelled by the presenter')
      case 'mode':
        return session.setMode(message.mode)
      case 'reset':
        return session.reset(message.steps)
      case 'slide':
        return session.pace.show(message.no, message.clicks, message.over)
      case 'ack':
        unacked = Math.max(0, unacked - message.bytes)
        return schedule()
      case 'log':
        return sendLog(message.run)
      case 'input':
      case 'resize': {
        const run = runNumber(message.run)
        if (run.step.verb !== 'terminal' || run.info.mode !== 'live')
          throw new StepError('not-allowed', `the step ${run.step.id} takes no input`, 'Only a {terminal} step does, while it runs live.')
        return message.type === 'input' ? run.input(message.data) : run.resize(message.cols, message.rows)
      }
    }
  }

  socket.on('message', async (data, binary) => {
    let step: string | undefined
    try {
      const message = parseMessage(data as Buffer, binary)
      step = message.type === 'run' ? message.step : undefined
      await handle(message)
    }
    catch (error) {
      send({ type: 'error', ...(isStepError(error) ? error.toJSON() : toErrorInfo(error)), step })
    }
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    clearTimeout(hello)
    ends.forEach(end => end())
  })
}

function parseMessage(data: Buffer, binary: boolean): ClientMessage {
  if (binary)
    throw new StepError('bad-message', 'binary messages are not understood here')
  let json: unknown
  try {
    json = JSON.parse(data.toString())
  }
  catch {
    throw new StepError('bad-message', 'the message is not JSON')
  }
  const parsed = clientMessageSchema.safeParse(json)
  if (!parsed.success)
    throw new StepError('bad-message', `the message is not understood: ${parsed.error.issues[0]!.path.join('.')} ${parsed.error.issues[0]!.message}`)
  return parsed.data
}
