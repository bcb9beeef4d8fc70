import type { Deck } from '../runners/deck/deck.ts'
import type { Recording } from '../runners/protocol/recording.ts'
import type { RunContext, Runner } from '../runners/protocol/runner.ts'
import type { Condition, Step } from '../runners/protocol/step.ts'
import type { Session } from '../runners/service/session/session.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { settingsSchema } from '../runners/protocol/headmatter.ts'
import { createSession } from '../runners/service/session/session.ts'

/** A step with the defaults of `sh {run}`. */
export function step(id: string, options: Partial<Step> = {}): Step {
  return {
    id,
    verb: 'run',
    runner: 'shell',
    lang: 'sh',
    code: 'true',
    visible: 'true',
    hidden: [],
    slide: 1,
    slides: [1],
    file: 'deck.md',
    line: 1,
    column: 1,
    needs: [],
    requires: [],
    timeoutMs: 5000,
    until: [],
    expect: [{ type: 'exit', code: 0, not: false, text: 'exit=0' }],
    on: 'click',
    extra: false,
    out: 'below',
    rows: 5,
    cols: 40,
    fallback: 'ask',
    mark: [],
    print: [{ type: 'end' }],
    printText: 'end',
    shell: 'main',
    pull: false,
    reset: false,
    repeat: 1,
    remote: false,
    files: [],
    hash: '0123456789abcdef',
    ...options,
  }
}

/** A session's private folder, which goes with the test. */
async function privateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kamishibai-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What a fake runner does for a step; the default ends with exit code 0. */
export type Behaviour = (context: RunContext, step: Step) => Promise<void>

/**
 * A session over a runner whose runs do what `behave` says; what they start runs at once, unless they say so
 * themselves.
 */
export async function sessionOf(steps: Step[], behave: Behaviour, options: { available?: boolean, recordings?: Record<string, Recording>, mode?: Session['mode'], outputMiB?: number, offers?: Runner['offers'], load?: (id: string) => Promise<Recording | undefined>, startsLate?: boolean, privateDir?: string, path?: string } = {}): Promise<Session> {
  const { available = true, recordings = {}, mode = 'auto', outputMiB = 64 } = options
  const settings = settingsSchema.parse({ limits: { outputMiB } })
  const deck: Deck = { file: 'deck.md', dir: '.', name: 'deck', title: 'Deck', lang: 'en', settings, slides: [], steps, problems: [], hash: '0' }
  const runner: Runner = {
    name: 'shell',
    probe: async () => available ? { available, version: '1' } : { available, reason: 'no engine here', hint: 'Start one.' },
    run(s, context) {
      if (!options.startsLate)
        context.started()
      return behave(context, s)
    },
    ...options.offers && { offers: options.offers },
  }
  return createSession({
    deck,
    mode,
    load: options.load ?? (async id => recordings[id]),
    loadRunner: async () => runner,
    config: {
      sessionId: 'test',
      deckDir: '.',
      privateDir: options.privateDir ?? await privateFolder(),
      settings,
      labels: {},
      env: { PATH: options.path },
    },
  })
}

/** The condition that the output matches. */
export const match = (source: string): Condition => ({ type: 'match', source, flags: '', text: `match=/${source}/` })

/** Ends with `code`. */
export const exits = (code = 0): Behaviour => async ({ emit }) => emit({ type: 'exit', code })

/** Goes on until it is aborted. */
export const lasts: Behaviour = ({ signal }) => new Promise((_, reject) => {
  signal.throwIfAborted()
  signal.addEventListener('abort', () => reject(signal.reason as Error))
})

/** Prints `text`, and then does what else. */
export function says(text: string, then: Behaviour = exits()): Behaviour {
  return async (context, s) => {
    context.emit({ type: 'output', data: text })
    await then(context, s)
  }
}
