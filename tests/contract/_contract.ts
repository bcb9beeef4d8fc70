import type { Deck } from '../../runners/deck/deck.ts'
import type { LogEvent, Phase } from '../../runners/protocol/event.ts'
import type { Recording } from '../../runners/protocol/recording.ts'
import type { Runner, RunnerConfig, RunnerFactory } from '../../runners/protocol/runner.ts'
import type { RunnerName, Step } from '../../runners/protocol/step.ts'
import type { Run } from '../../runners/service/run/types.ts'
import type { Session } from '../../runners/service/session/session.ts'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { ERRORS, isStepError, StepError } from '../../runners/protocol/error.ts'
import { isOfTheEngine } from '../../runners/protocol/essence.ts'
import { isFinal, isPassed } from '../../runners/protocol/event.ts'
import { foldRun } from '../../runners/protocol/fold.ts'
import { formatRecording } from '../../runners/protocol/format-recording.ts'
import { parseRecording } from '../../runners/protocol/parse-recording.ts'
import { screenAt } from '../../runners/protocol/screen.ts'
import { createReplay } from '../../runners/replay/runner.ts'
import { loadRunner } from '../../runners/service/session/registry.ts'
import { createSession } from '../../runners/service/session/session.ts'
import { configOf, contextOf } from '../docker/_runners.ts'

/** What a runner is tried with; each of its runs is one of these steps, in a session of its own. */
export interface Subject {
  /** Shows something and passes. */
  good: Step
  /** The phase in which it passes. @default exited */
  passes?: Phase
  /** Comes to an end that is not what was wanted. */
  bad: Step
  /** Goes on until it is ended. */
  lasting: Step
  /** What its output says once it is under way; without, it has none. */
  shown?: RegExp
  /** Takes longer than it may. */
  late: Step
  /** Cannot even begin. */
  broken: Step
  /** Steps that the others need. */
  needed?: Step[]
  /** @default live */
  mode?: 'live' | 'replay'
  load?: (stepId: string) => Promise<Recording | undefined>
  dockerHost?: string
  /** Of a session of its own. @default one with the engine at `dockerHost` */
  config?: () => Promise<RunnerConfig>
  /** The runner itself. @default the registry's */
  runner?: RunnerFactory
  /** What of a session is still there. */
  left?: (config: RunnerConfig) => Promise<string[]>
}

/** The phases through which a run may go, each only after those before it. */
const ORDER: Phase[] = ['waiting', 'preparing', 'running', 'ready', 'exited']
/** A cancelled run is over within this time, in ms, on a machine that may be slow. */
const SOON = 15_000
/** Nothing is left after this time, in ms. */
const GONE = 3000

/** Sessions that are being closed. Clusters take seconds for it, in which the next case has something to do. */
const closing: Promise<unknown>[] = []

interface Opened { session: Session, config: RunnerConfig, start: (step: Step) => Run }

/** The contract that every runner keeps, as one list of behaviours; `make` is called for each of them. */
export function describeRunner(name: string, make: () => Promise<Subject>, timeout = 60_000): void {
  describe(`the contract: ${name}`, { timeout }, () => {
    afterAll(() => Promise.all(closing), timeout)

    it('shows, passes, and is over in its phases', async () => {
      const subject = await make()
      const run = (await open(subject)).start(subject.good)
      const outcome = await run.moment
      expect(outcome.error).toBeUndefined()
      expect(outcome.phase).toBe(subject.passes ?? 'exited')
      expect(outcome.expectations.filter(expectation => !expectation.ok)).toEqual([])
      await run.recorded()
      const phases = await phasesOf(run)
      expect(phases).toEqual([...phases].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)))
      expect(phases).toContain('running')
      expect((await eventsOf(run)).some(event => event.type === 'output' && event.data)).toBe(true)
    })

    it('replays what was recorded, to the same folded state and the same final screen', async () => {
      const subject = await make()
      for (const step of [subject.good, subject.bad]) {
        const run = (await open(subject)).start(step)
        await run.moment
        const recording = await run.recorded()
        const { cast, events } = formatRecording(recording)
        const read = parseRecording(cast, events)
        expect(timeless(read.events)).toEqual(timeless(recording.events))
        const screen = await screenAt(recording)
        expect(await screenAt(read)).toEqual(screen)
        const replayed = (await open({ ...subject, mode: 'replay', load: async () => read })).start(step)
        await replayed.over
        expect(timeless(await eventsOf(replayed))).toEqual(timeless(recording.events))
        await replayed.log.screen.settled()
        expect(replayed.log.screen.lines()).toEqual(screen)
        expect(await replayed.moment).toMatchObject({ phase: recording.header.phase })
      }
    })

    it('fails with a reason where its end is not what was wanted', async () => {
      const subject = await make()
      const run = (await open(subject)).start(subject.bad)
      const { phase, error } = await run.moment
      expect(phase).toBe('failed')
      expect(error?.message).toBeTruthy()
      expect(Object.keys(ERRORS)).toContain(error!.code)
      expect(error!.code).not.toBe('internal')
      await run.over
      expect(run.log.state.phase).toBe('failed')
    })

    it('says why it cannot begin, and what to do', async () => {
      const subject = await make()
      const { phase, error } = await (await open(subject)).start(subject.broken).moment
      expect(phase).toBe('failed')
      expect(error).toMatchObject({ message: expect.stringMatching(/\S/) as string, hint: expect.stringMatching(/\S/) as string })
      expect(error!.code).not.toBe('internal')
    })

    it('throws only errors that say what happened, whenever it is ended', async () => {
      const subject = await make()
      const { config, runner } = await bare(subject)
      const ended = AbortSignal.abort(new StepError('cancelled', 'before it began'))
      for (const [step, context] of [
        [subject.broken, {}],
        [subject.good, { signal: ended }],
        [subject.lasting, { signal: ended }],
      ] as const) {
        const kept = contextOf(config, step.id, context)
        const thrown: unknown = await runner.run(step, kept).then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(thrown === undefined || isStepError(thrown)).toBe(true)
      }
      await runner.close?.()
      expect(await subject.left?.(config) ?? []).toEqual([])
    })

    it('is over soon after it is cancelled', async () => {
      const subject = await make()
      const run = await underWay(subject, await open(subject), subject.lasting)
      const before = performance.now()
      run.cancel('enough')
      // What was ready by then keeps that moment.
      expect(run.step.until.length ? ['ready', 'cancelled'] : ['cancelled']).toContain((await run.moment).phase)
      await run.over
      expect(performance.now() - before).toBeLessThan(SOON)
      expect(run.log.state.error).toBeUndefined()
      expect((await phasesOf(run)).filter(isFinal)).toEqual(['cancelled'])
    })

    it('fails when it takes too long', async () => {
      const subject = await make()
      const run = (await open(subject)).start(subject.late)
      expect(await run.moment).toMatchObject({ phase: 'failed', error: { code: 'timeout' } })
      await run.over
      expect((await phasesOf(run)).filter(phase => isFinal(phase) || isPassed(phase))).toEqual(['failed'])
    })

    it('does the same when it is run again', async () => {
      const subject = await make()
      const opened = await open(subject)
      const states = []
      for (let n = 0; n < 2; n++) {
        const run = opened.start(subject.good)
        const { phase } = await run.moment
        const { resources, exit, responses } = foldRun((await run.recorded()).events)
        states.push({
          phase,
          exit,
          objects: Object.values(resources)
            .filter(({ ref, deleted }) => !deleted && !isOfTheEngine(ref))
            .map(({ ref }) => ref.kind),
          statuses: responses.map(({ status }) => status),
        })
      }
      expect(states[1]).toEqual(states[0])
    })

    it('leaves nothing, whether the session ends after a run or in the middle of one', async () => {
      const subject = await make()
      await Promise.all([subject.good, subject.lasting].map(async (step) => {
        const opened = await open(subject)
        if (step === subject.lasting)
          await underWay(subject, opened, step)
        else
          await opened.start(step).moment
        await opened.session.close()
        // An engine may still be taking away what it was making.
        await expect.poll(async () => await subject.left?.(opened.config) ?? [], { timeout: GONE }).toEqual([])
        expect(existsSync(opened.config.privateDir)).toBe(false)
        expect(opened.session.runs.every(({ log }) => !['preparing', 'running'].includes(log.state.phase))).toBe(true)
      }))
    })
  })
}

/** A session for the steps of a subject, closed with the test. */
async function open({ good, bad, lasting, late, broken, needed = [], mode = 'live', load = async () => undefined, dockerHost, config: make, runner }: Subject): Promise<Opened> {
  const config = await (make?.() ?? configOf(dockerHost))
  // The session removes its private folder; the deck's stays.
  Object.assign(config, { privateDir: `${config.deckDir}/private` })
  const steps = [...needed, good, bad, lasting, late, broken]
  const deck: Deck = { file: `${config.deckDir}/deck.md`, dir: config.deckDir, name: 'deck', title: 'Deck', lang: 'en', settings: config.settings, slides: [], steps, problems: [], hash: '0' }
  const session = await createSession({
    deck,
    mode,
    load,
    config,
    ...(runner && { loadRunner: async (_, own) => runner(own) }),
  })
  onTestFinished(() => void closing.push(session.close().finally(() => remove(config))))
  return { session, config, start: step => session.start(step.id) }
}

/** A session that is being closed still writes into its folder: it goes afterwards. */
function remove({ deckDir }: RunnerConfig): Promise<void> {
  return rm(deckDir, { recursive: true, force: true })
}

/** The runner of a subject, without a session around it. */
async function bare({
  good,
  mode,
  load,
  dockerHost,
  config: make,
  runner: factory,
}: Subject): Promise<{ config: RunnerConfig, runner: Runner }> {
  const config = await (make?.() ?? configOf(dockerHost))
  onTestFinished(() => remove(config))
  const runner
    = mode === 'replay'
      ? createReplay({ load: load! })
      : factory
        ? factory(config)
        : await loadRunner(good.runner as Exclude<RunnerName, 'replay'>, config)
  onTestFinished(() => runner.close?.())
  return { config, runner }
}

async function underWay({ shown }: Subject, { start }: Opened, step: Step): Promise<Run> {
  const run = start(step)
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (['running', 'ready'].includes(run.log.state.phase) && (!shown || shown.test(run.log.text())))
        resolve()
    }
    run.log.subscribe(look)
    look()
  })
  return run
}

async function eventsOf({ log }: Run): Promise<LogEvent[]> {
  return Array.fromAsync(log.all())
}

async function phasesOf(run: Run): Promise<Phase[]> {
  return (await eventsOf(run)).flatMap(event => event.type === 'phase' ? [event.phase] : [])
}

/** A log folded, without the times and numbers that belong to one run of it. */
function timeless(events: LogEvent[]): ReturnType<typeof foldRun> {
  return foldRun(events.map(event => ({ ...event, at: 0, seq: 0 })))
}
