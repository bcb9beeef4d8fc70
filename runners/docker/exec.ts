import type Docker from 'dockerode'
import type { Duplex } from 'node:stream'
import type { RunContext } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'
import { explain } from './container.ts'
import { answered, followOutput } from './follow.ts'
import { signalName } from './project.ts'

/** How long a cancelled block may take to obey each signal, in ms. */
const PATIENCE = 1000
/** The exit code of what SIGKILL ended. */
const KILLED = 137
/** How long an engine may take to tell that a container ended, in ms. */
const END_TOLD = 500
/** Variables that belong to one block only, or to the container. */
const OWN = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'HOSTNAME'])
/** Longest state that a block may leave, in characters: as much as the service takes out of a log. */
const LONGEST_STATE = 64 * 1024

/**
 * Says its pid and waits for a line, so that the terminal has its size before the block begins; then it becomes the
 * shell of the block. The pid is all that can reach a program inside: an engine ends none of them by itself.
 */
const PREAMBLE = 'echo $$; read -r _; exec "$0" -c "$1"'
/** Leaves directory and exported variables in a string that terminals do not show, and that no log keeps. */
const CARRY = `trap '{ printf "\\033_kamishibai "; pwd -P; printf "\\0"; env -0; printf "\\033\\\\\\\\"; } >/dev/tty 2>/dev/null' EXIT; `
// eslint-disable-next-line no-control-regex
const RE_STATE = /\x1B_kamishibai ([^\x1B]*)\x1B\\/

/** What a block hands on to the next one of its shell in the same container. */
export interface ExecState { cwd: string, env: string[] }

/** Runs a block in a container, in a terminal of the step's size; aborted, it ends the program inside. Returns what it hands on. */
export async function runExec(docker: Docker, step: Step, target: Docker.ContainerInspectInfo | undefined, before: ExecState | undefined, context: RunContext): Promise<ExecState | undefined> {
  const name = step.in!
  const container = docker.getContainer(checkRunning(target, name).Id)
  const { emit, signal } = context
  const attempt = <T>(work: Promise<T>): Promise<T> => work.catch((error: unknown) => {
    throw explainExec(error, name)
  })
  const exec = await attempt(container.exec({
    Cmd: [step.lang, '-c', PREAMBLE, step.lang, CARRY + step.code],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
    Env: [...before?.env ?? [], 'TERM=xterm-256color'],
    ...before && { WorkingDir: before.cwd },
  }))
  signal.throwIfAborted()
  const stream = await attempt(exec.start({ hijack: true, stdin: true, Tty: true })) as Duplex
  stream.on('error', () => {})
  const started = Promise.withResolvers<number | undefined>()
  let text = ''
  const gaveUp = new AbortController()
  const onAbort = (): void => void endInside(container, step.lang, started.promise, gaveUp.signal).finally(() => gaveUp.abort())
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted)
    onAbort()
  try {
    await followOutput({
      output: skipPreamble(stream, async (pid) => {
        const resize = (cols: number, rows: number): Promise<void> => exec.resize({ w: cols, h: rows }).then(() => {}, () => {})
        await resize(step.cols, step.rows)
        stream.write('\n')
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
    const killedBy = signalName(ExitCode ?? 0)
    emit({ type: 'exit', code: ExitCode ?? 0, ...killedBy && { signal: killedBy } })
  }
  finally {
    gaveUp.abort()
    signal.removeEventListener('abort', onAbort)
  }
  return stateOf(text)
}

function checkRunning(target: Docker.ContainerInspectInfo | undefined, name: string): Docker.ContainerInspectInfo {
  if (!target)
    throw new StepError('failed', `there is no container ${name} in this session`, `Run the step that makes it first, or let this one do it: needs=${name}.`)
  const { Running, Paused, Status } = target.State
  if (Paused)
    throw new StepError('failed', `the container ${name} is paused`, `Let it go on: docker unpause ${target.Name.slice(1)}`)
  if (!Running)
    throw new StepError('failed', `the container ${name} does not run: it is ${Status}`, 'Run its step again, then this one.')
  return target
}

/** The stream without what the preamble writes: a line with its pid, and the empty line that it reads. */
async function* skipPreamble(stream: Duplex, begin: (pid: number) => Promise<void>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0)
  let begun = false
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (!head) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    const [, pid] = /^(\d+)\r\n/.exec(head.toString('latin1', 0, 24)) ?? []
    const end = begun ? 0 : head.indexOf('\n') + 1
    if (!begun && pid) {
      begun = true
      head = head.subarray(end)
      await begin(Number(pid))
    }
    // Without a pid it is what the engine says instead.
    if (begun ? head.length >= 2 : end) {
      yield begun ? head.subarray(2) : head
      head = undefined
    }
  }
  if (head?.length && !begun)
    yield head
}

/** Asks the block and all that it started to end, ever less politely, until `over`. */
async function endInside(container: Docker.Container, lang: string, started: Promise<number | undefined>, over: AbortSignal): Promise<void> {
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
  return new StepError('failed', `the container ${name} was removed while the step ran in it`, 'Run its step again, then this one.', { cause })
}

function neverBegan(code: number | null, { lang, in: name }: Step, text: string): StepError {
  if ((code === 126 || code === 127) && /executable file not found|no such file/i.test(text))
    return new StepError('failed', `${lang} is not in the container ${name}`, lang === 'sh' ? 'Its image has no shell: run a container of another image.' : 'Write the fence in sh, or name an image that has it.')
  return new StepError('failed', `nothing could be started in the container ${name}: ${text.trim() || 'it ended at once'}`, 'Does it still run?')
}

function explainExec(error: unknown, name: string): StepError {
  const { statusCode } = error as { statusCode?: number }
  return statusCode === 404 ? removed(name, error) : explain(error, '')
}

function stateOf(text: string): ExecState | undefined {
  const [cwd, ...env] = RE_STATE.exec(text)?.[1]?.replaceAll('\r\n', '\n').split('\0') ?? []
  return cwd ? { cwd: cwd.trimEnd(), env: env.filter(entry => entry.indexOf('=') > 0 && !OWN.has(entry.slice(0, entry.indexOf('=')))) } : undefined
}
