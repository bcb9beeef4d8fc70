import type Docker from 'dockerode'
import type { Duplex } from 'node:stream'
import type { RunContext } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { blockCommand, LONGEST_STATE, skipPreamble, tellEnd } from '../protocol/block.ts'
import { StepError } from '../protocol/error.ts'
import { explain } from './container.ts'
import { answered, followOutput } from './follow.ts'
import { signalName } from './projection.ts'

/** How long a cancelled block may take to obey each signal, in ms. */
const PATIENCE = 1000
/** The exit code of what SIGKILL ended. */
const KILLED = 137
/** How long an engine may take to tell that a container ended, in ms. */
const END_TOLD = 500

/** Runs a block in a container, in a terminal of the step's size; aborted, it ends the program inside. */
export async function runExec(
  docker: Docker,
  step: Step,
  target: Docker.ContainerInspectInfo | undefined,
  context: RunContext,
): Promise<void> {
  const name = step.in!
  const container = docker.getContainer(checkRunning(target, name).Id)
  // What a block left in a container goes with it.
  const [owner, ...found] = context.found()?.split('\n') ?? []
  const { emit, signal } = context
  const attempt = <T>(work: Promise<T>): Promise<T> => work.catch((error: unknown) => {
    throw explainExec(error, name)
  })
  const exec = await attempt(container.exec({
    Cmd: blockCommand(step.lang, step.code, owner === container.id ? found.join('\n') : '', step.keepGoing === true),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
    Env: ['TERM=xterm-256color'],
  }))
  signal.throwIfAborted()
  const stream = await attempt(exec.start({ hijack: true, stdin: true, Tty: true })) as Duplex
  stream.on('error', () => {})
  const started = Promise.withResolvers<number | undefined>()
  let text = ''
  const gaveUp = new AbortController()
  const onAbort = (): void =>
    void endInside(container, step.lang, started.promise, gaveUp.signal).finally(() => gaveUp.abort())
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted)
    onAbort()
  try {
    await followOutput({
      output: skipPreamble(stream as AsyncIterable<Buffer>, async (pid) => {
        const resize = (cols: number, rows: number): Promise<void> =>
          exec.resize({ w: cols, h: rows }).then(
            () => {},
            () => {},
          )
        await resize(step.cols, step.rows)
        stream.write('\n')
        context.started()
        started.resolve(pid)
        context.onResize((cols, rows) => void resize(cols, rows))
        context.onInput(data => void stream.write(data))
      }),
      close: () => stream.destroy(),
      isRunning: async () => (await exec.inspect()).Running,
    }, {
      ...context,
      signal: gaveUp.signal,
      emit(payload) {
        if (payload.type === 'output')
          text = (text + payload.data).slice(-LONGEST_STATE)
        emit(payload)
      },
    })
    started.resolve(undefined)
    signal.throwIfAborted()
    const { ExitCode } = await attempt(answered(exec.inspect()))
    if (await started.promise === undefined)
      throw neverBegan(ExitCode, step, text)
    if (ExitCode === KILLED)
      await attempt(checkKept(container, name))
    tellEnd(text, { leave: state => context.leave(`${container.id}\n${state}`), endedAt: context.endedAt })
    const killedBy = signalName(ExitCode ?? 0)
    emit({ type: 'exit', code: ExitCode ?? 0, ...killedBy && { signal: killedBy } })
  }
  finally {
    gaveUp.abort()
    signal.removeEventListener('abort', onAbort)
  }
}

function checkRunning(target: Docker.ContainerInspectInfo | undefined, name: string): Docker.ContainerInspectInfo {
  if (!target)
    throw new StepError('not-found', `there is no container ${name} in this session`, `Run the step that makes it first, or let this one do it: needs=${name}.`)
  const { Running, Paused, Status } = target.State
  if (Paused)
    throw new StepError('not-running', `the container ${name} is paused`, `Let it go on: docker unpause ${target.Name.slice(1)}`)
  if (!Running)
    throw new StepError('not-running', `the container ${name} does not run: it is ${Status}`, 'Run its step again, then this one.')
  return target
}

/** Asks the block and all that it started to end, ever less politely, until `over`. */
async function endInside(
  container: Docker.Container,
  lang: string,
  started: Promise<number | undefined>,
  over: AbortSignal,
): Promise<void> {
  const pid = await Promise.race([started, delay(PATIENCE, undefined, { ref: false })])
  for (const name of ['INT', 'TERM', 'KILL']) {
    if (pid === undefined || over.aborted)
      return
    // With its terminal it leads a process group.
    const kill = await container.exec({ Cmd: [lang, '-c', `kill -${name} -${pid}`] }).catch(() => undefined)
    await kill?.start({ Detach: true }).catch(() => {})
    await delay(PATIENCE, undefined, { ref: false, signal: over }).catch(() => {})
  }
}

/** What runs in a container that is removed is killed with it; the engine tells of the container a little later. */
async function checkKept(container: Docker.Container, name: string): Promise<void> {
  for (let waited = 0; waited < END_TOLD; waited += END_TOLD / 10) {
    const { State } = await answered(container.inspect())
    if (State.Status === 'removing' || State.Status === 'dead')
      throw removed(name)
    if (!State.Running)
      return
    await delay(END_TOLD / 10)
  }
}

function removed(name: string, cause?: unknown): StepError {
  return new StepError('removed', `the container ${name} was removed while the step ran in it`, 'Run its step again, then this one.', { cause })
}

function neverBegan(code: number | null, { lang, in: name }: Step, text: string): StepError {
  if ((code === 126 || code === 127) && /executable file not found|no such file/i.test(text))
    return new StepError('not-started', `${lang} is not in the container ${name}`, lang === 'sh' ? 'Its image has no shell: run a container of another image.' : 'Write the fence in sh, or name an image that has it.')
  return new StepError('not-started', `nothing could be started in the container ${name}: ${text.trim() || 'it ended at once'}`, 'Does it still run?')
}

function explainExec(error: unknown, name: string): StepError {
  const { statusCode } = error as { statusCode?: number }
  return statusCode === 404 ? removed(name, error) : explain(error, '')
}
