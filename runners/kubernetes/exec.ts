import type { RunContext } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import type { Channels } from './channels.ts'
import type { Follower } from './follow.ts'
import type { KubeList, KubeObject, Status } from './objects.ts'
import type { Space } from './space.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { blockCommand, LONGEST_STATE, skipPreamble, tellEnd } from '../protocol/block.ts'
import { StepError } from '../protocol/error.ts'
import { isRefusal, toStepError } from './api.ts'
import { CHANNEL, openChannels } from './channels.ts'
import { podStatus } from './project-pod.ts'

/** How long a cancelled block may take to obey each signal, in ms. */
const PATIENCE = 1000
/** Between two looks at what the watch knows, in ms. */
const LOOK = 200

interface Target { pod: string, container: string }

/** Runs a block in a pod, in a terminal of the step's size; aborted, it ends the program inside. */
export async function runExec(
  { api, namespace }: Space,
  follower: Follower,
  step: Step,
  { emit, started: tellStarted, signal, drained, onInput, onResize, found, leave, endedAt }: RunContext,
): Promise<void> {
  const target = await findTarget({ api, namespace }, step.in!)
  const command = blockCommand(step.lang, step.code, found() ?? '', step.keepGoing === true)
  const kill = (name: string, pid: number): Promise<Channels> => openExec({ api, namespace }, target, [step.lang, '-c', `kill -${name} -${pid}`], { tty: false, stdin: false })
  const channels = await openExec({ api, namespace }, target, command, { tty: true, stdin: true }).catch(
    (error: unknown) => {
      throw toStepError(error)
    },
  )
  const started = Promise.withResolvers<number | undefined>()
  const gaveUp = new AbortController()
  let lost: StepError | undefined
  void untilNodeLost(target.pod, follower, gaveUp.signal).then((error) => {
    lost = error
    channels.close()
  })
  const onAbort = (): void => void endInside(kill, started.promise, gaveUp.signal).finally(() => channels.close())
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted)
    onAbort()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of skipPreamble(channels.read(CHANNEL.stdout), async (pid) => {
      const resize = (cols: number, rows: number): void =>
        channels.send(CHANNEL.resize, JSON.stringify({ Width: cols, Height: rows }))
      resize(step.cols, step.rows)
      channels.send(CHANNEL.stdin, '\n')
      tellStarted()
      started.resolve(pid)
      onResize(resize)
      onInput(data => channels.send(CHANNEL.stdin, data))
    })) {
      const data = decoder.decode(chunk, { stream: true })
      text = (text + data).slice(-LONGEST_STATE)
      emit({ type: 'output', data })
      await drained()
    }
    const status = await channels.status
    signal.throwIfAborted()
    if (lost)
      throw lost
    started.resolve(undefined)
    const code = await exitCode(status, { api, namespace }, target, step)
    if (await started.promise === undefined)
      throw neverBegan(step, code, `${text} ${status?.message ?? ''}`)
    tellEnd(text, { leave, endedAt })
    emit({ type: 'exit', code })
  }
  finally {
    gaveUp.abort()
    signal.removeEventListener('abort', onAbort)
    channels.close()
  }
}

/** Starts a program in a container of a pod. */
export function openExec({ api, namespace }: Pick<Space, 'api' | 'namespace'>, { pod, container }: Target, command: string[], { tty, stdin, signal }: { tty: boolean, stdin: boolean, signal?: AbortSignal }): Promise<Channels> {
  return openChannels(api, `/api/v1/namespaces/${namespace}/pods/${pod}/exec`, { command, container, stdin: String(stdin), stdout: 'true', stderr: String(!tty), tty: String(tty) }, ['v5.channel.k8s.io', 'v4.channel.k8s.io'], signal)
}

/** The pod of `pod/NAME` or `pod/NAME/CONTAINER`, if it runs; says in words why not. */
export async function findTarget({ api, namespace }: Pick<Space, 'api' | 'namespace'>, place: string): Promise<Target> {
  const [, name = '', container] = place.split('/')
  const collection = `/api/v1/namespaces/${namespace}/pods`
  const pod = await api.get<KubeObject>(`${collection}/${name}`).catch(async (error: unknown) => {
    if (!isRefusal(error, 404))
      throw toStepError(error)
    const { items } = await api.get<KubeList>(collection)
    const names = items.map(({ metadata }) => metadata.name)
    throw new StepError('not-found', `there is no pod ${name} in this session`, names.length ? `There are: ${names.slice(0, 8).join(', ')}.` : 'Run the step that makes it first, or let this one do it: needs=STEP.')
  })
  const names = (pod.spec!.containers as { name: string }[]).map(({ name: own }) => own)
  if (container && !names.includes(container))
    throw new StepError('not-found', `the pod ${name} has no container ${container}`, `Its containers: ${names.join(', ')}.`)
  const status = podStatus(pod)
  if (pod.status?.phase !== 'Running' || pod.metadata.deletionTimestamp)
    throw new StepError('not-running', `the pod ${name} does not run: it is ${status}`, 'Let its step wait for it: until=pods=1/1@LABEL.')
  return { pod: name, container: container ?? names[0]! }
}

/**
 * Resolves with what to tell once the cluster knows that the node of a pod is lost; with undefined at the signal. The
 * connection itself would only be silent.
 */
async function untilNodeLost(pod: string, follower: Pick<Follower, 'of'>, signal: AbortSignal): Promise<StepError | undefined> {
  while (!signal.aborted) {
    const node = follower.of('pod').find(({ name }) => name === pod)?.view.node
    if (node && follower.of('node').some(({ name, view }) => name === node && view.ready === false))
      return new StepError('engine-lost', `the node ${String(node)}, on which the pod ${pod} ran, does not answer any more`, 'The cluster moves what a Deployment made to other nodes; a pod alone is gone with its node.')
    await delay(LOOK, undefined, { signal, ref: false }).catch(() => {})
  }
  return undefined
}

/** Asks the block and all that it started to end, ever less politely, until `over`. */
async function endInside(
  kill: (signal: string, pid: number) => Promise<Channels>,
  started: Promise<number | undefined>,
  over: AbortSignal,
): Promise<void> {
  const pid = await Promise.race([started, delay(PATIENCE, undefined, { ref: false })])
  for (const name of ['INT', 'TERM', 'KILL']) {
    if (pid === undefined || over.aborted)
      return
    // With its terminal it leads a process group.
    await kill(name, pid).then(
      async (channels) => {
        await channels.status
        channels.close()
      },
      () => {},
    )
    await delay(PATIENCE, undefined, { ref: false, signal: over }).catch(() => {})
  }
}

async function exitCode(status: Status | undefined, space: Pick<Space, 'api' | 'namespace'>, { pod }: Target, step: Step): Promise<number> {
  if (status?.status === 'Success')
    return 0
  const code = status?.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
  if (code)
    return Number(code)
  if (status?.message)
    throw neverBegan(step, 126, status.message)
  // Without a word the connection was cut: with the pod, or with the API server.
  await findTarget(space, `pod/${pod}`).catch((error: StepError) => {
    throw new StepError(error.code, `${error.message}: it went while the step ran in it`, error.hint, { cause: error })
  })
  throw new StepError('engine-lost', `the connection to the pod ${pod} was cut`, 'Run the step again.')
}

function neverBegan({ lang, in: place }: Step, code: number, text: string): StepError {
  if (/executable file not found|no such file/i.test(text))
    return new StepError('not-started', `${lang} is not in ${place}`, lang === 'sh' ? 'Its image has no shell: run a pod of another image.' : 'Write the fence in sh, or name an image that has it.')
  return new StepError('not-started', `nothing could be started in ${place}: ${text.trim() || `it ended with ${code}`}`, 'Does it still run?')
}
