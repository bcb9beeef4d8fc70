import type { RequestSpec } from '../protocol/request-spec.ts'
import type { RunContext, Runner, RunnerConfig } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import type { Answer } from './send.ts'
import type { Words } from './words.ts'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { resolveTarget } from '../protocol/target.ts'
import { RequestFault } from './faults.ts'
import { formatBody, formatCounts, formatLine } from './lines.ts'
import { send } from './send.ts'
import { wordsOf } from './words.ts'

/** One of many may take this long, in ms; a single one as long as its step. */
const LATE_OF_MANY = 5000
/** With a rate, as many may be under way at once. */
const AT_ONCE = 32

/** Sends the requests of `http {request}`, each over a connection of its own. */
export default function createHttpRunner({ lang }: Pick<RunnerConfig, 'lang'> = {}): Runner {
  const words = wordsOf(lang)
  return {
    name: 'http',
    probe: async () => ({ available: true, version: process.versions.node }),
    async run(step, context) {
      context.started()
      const requests = Array.from({ length: step.repeat }, () => step.requests ?? []).flat()
      await sendAll(step, requests, words, context)
      context.signal.throwIfAborted()
    },
  }
}

/** One after the other, or, with a rate, each at its time, whether the one before has been answered or not. */
async function sendAll(step: Step, requests: RequestSpec[], words: Words, context: RunContext): Promise<void> {
  const { emit, signal } = context
  const of = requests.length
  const counts = new Map<string, number>()
  const faults: RequestFault[] = []
  let done = 0

  async function sendOne(request: RequestSpec, n: number): Promise<void> {
    const began = performance.now()
    const asked = (step.requests?.length ?? 0) > 1 ? `${request.method} ${new URL(request.url).pathname}` : undefined
    try {
      const answer = await ask(request, step, of, context)
      const by = step.by && (answer.headers[step.by] ?? words.without(step.by))
      emit({ type: 'response', n, status: answer.status, ms: round(answer.ms), ...by && { by } })
      emit({ type: 'output', data: formatLine({ n, of, status: answer.status, text: answer.statusText, ms: answer.ms, note: [by, asked].filter(Boolean).join('  ') }) })
      if (by)
        counts.set(by, (counts.get(by) ?? 0) + 1)
      if (of === 1)
        emit({ type: 'output', data: formatBody(answer, words) })
    }
    catch (error) {
      if (!(error instanceof RequestFault))
        throw error
      faults.push(error)
      const ms = performance.now() - began
      emit({ type: 'response', n, status: 0, ms: round(ms) })
      emit({ type: 'output', data: formatLine({ n, of, status: 0, text: words.faults[error.word] ?? error.word, ms, note: asked }) })
    }
    if (of > 1)
      emit({ type: 'progress', label: 'requests', done: ++done, total: of })
  }

  await (step.rate ? atRate(step.rate, requests, sendOne, signal) : inTurn(requests, sendOne))
  if (faults.length === of)
    throw faults[0]
  if (of > 1 && counts.size)
    emit({ type: 'output', data: `\r\n${formatCounts(counts)}` })
}

async function ask(request: RequestSpec, step: Step, of: number, { dial, signal }: RunContext): Promise<Answer> {
  signal.throwIfAborted()
  const address = await resolveTarget(request.url, dial, request.via)
  return send(request, address, signal, of > 1 ? Math.min(LATE_OF_MANY, step.timeoutMs) : step.timeoutMs)
}

type SendOne = (request: RequestSpec, n: number) => Promise<void>

async function inTurn(requests: RequestSpec[], sendOne: SendOne): Promise<void> {
  for (const [i, request] of requests.entries())
    await sendOne(request, i + 1)
}

async function atRate(rate: number, requests: RequestSpec[], sendOne: SendOne, signal: AbortSignal): Promise<void> {
  const began = performance.now()
  const underWay = new Set<Promise<void>>()
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => {})
  for (const [i, request] of requests.entries()) {
    await Promise.race([
      delay(Math.max(0, began + (i * 1000) / rate - performance.now()), undefined, { signal }),
      failure.promise,
    ]).catch((error: unknown) => {
      signal.throwIfAborted()
      throw error
    })
    while (underWay.size >= AT_ONCE)
      await Promise.race(underWay)
    const sent = sendOne(request, i + 1).catch(failure.reject).finally(() => underWay.delete(sent))
    underWay.add(sent)
  }
  await Promise.race([Promise.all(underWay), failure.promise])
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
