import type { ClientMessage } from '../../protocol/wire.ts'
import type { Run } from '../run/types.ts'
import type { Session } from '../session/session.ts'
import type { Send } from './cursors.ts'
import { StepError } from '../../protocol/error.ts'
import { formatRecording } from '../../protocol/format-recording.ts'
import { toRecording } from '../run/recording.ts'
import { stepOf } from '../session/runs.ts'

/** Logs longer than this are not sent for Again, in characters of output. */
const LONGEST_LOG = 16 * 1024 * 1024

/** What a tab may ask of the session once it was greeted. */
export type Command = Exclude<ClientMessage, { type: 'hello' | 'ack' }>

/** Carries out what the tab `from` asks; throws StepError where that cannot be. */
export async function carryOut(session: Session, command: Command, send: Send, from: object): Promise<void> {
  switch (command.type) {
    case 'run': {
      const { step, replay, after, hash } = command
      if (hash !== undefined && hash !== stepOf(session.deck, step).hash)
        throw new StepError('step-changed', `the step ${step} is not the one that the page shows`, 'Reload the page, and look at it again.', { params: { step } })
      if (after === undefined || after === (session.runOf(step)?.info.n ?? 0))
        session.start(step, { replay })
      return
    }
    case 'cancel':
      return runNumber(session, command.run).cancel('cancelled by the presenter')
    case 'back':
      return session.back(command.step)
    case 'mode':
      return session.setMode(command.mode)
    case 'reset':
      return session.reset(command.steps)
    case 'slide':
      return session.pace.show(command.no, command.clicks, command.over)
    case 'enlarge':
      return session.pace.enlarge(command.part)
    case 'take':
      return session.askTake()
    case 'windows':
      return session.windows.take({ channel: command.channel, patch: command.patch, from })
    case 'log':
      return sendLog(runNumber(session, command.run), send)
    case 'input':
      return interactive(session, command.run).input(command.data)
    case 'resize':
      return interactive(session, command.run).resize(command.cols, command.rows)
  }
}

async function sendLog({ info, step, log }: Run, send: Send): Promise<void> {
  const { phase, expectations, at, outputLength } = log.state
  if (outputLength > LONGEST_LOG)
    throw new StepError('output-limit', 'the log of this run is too long to be shown again')
  const recording = await toRecording(step, log, { phase, expectations, durationMs: at }, {}, new Date(info.startedAt))
  send({ type: 'log', run: info.n, ...formatRecording(recording) })
}

function runNumber({ runs }: Session, n: number): Run {
  const run = runs.find(r => r.info.n === n)
  if (!run)
    throw new StepError('not-found', `there is no run ${n}`)
  return run
}

function interactive(session: Session, n: number): Run {
  const run = runNumber(session, n)
  if (run.step.verb === 'terminal' && run.info.mode === 'live')
    return run
  const hint = 'Only a {terminal} step does, while it runs live.'
  throw new StepError('not-allowed', `the step ${run.step.id} takes no input`, hint)
}
