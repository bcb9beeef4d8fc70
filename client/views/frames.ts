import type { ScreenLine } from '../../runners/protocol/screen.ts'
import type { StepView } from '../../runners/protocol/step-view.ts'
import type { Moment } from '../../runners/protocol/step.ts'
import type { ClientRun } from '../session/clientRun.ts'
import type { LoadRecording, StoredRecording } from '../session/recordings.ts'
import type { SessionClient } from '../session/sessionClient.ts'
import type { Again } from '../step/again.ts'
import type { Texts } from '../texts.ts'
import type { FoldedRun } from './foldedRun.ts'
import { isFinal, isPassed } from '../../runners/protocol/event.ts'
import { foldRun } from '../../runners/protocol/fold.ts'
import { timeOf } from '../../runners/protocol/moment.ts'
import { screenAt } from '../../runners/protocol/screen.ts'
import { captionOf } from '../paper/frames.ts'

/** A run as a view shows it at one moment. */
export interface ViewRun extends FoldedRun {
  step: string
  title: string
  /** The moment, in ms since the run began. */
  at: number
  /** Its screen at that moment. */
  lines: () => ScreenLine[]
}

/** All that a view shows at one moment; paper may show several, captioned. */
export interface Frame {
  caption?: string
  runs: ViewRun[]
  /** The moment, ms since the epoch. */
  clock: number
}

type Runs = Pick<SessionClient, 'runs' | 'allRuns'>

/** What a view shows of a session. */
export interface Selection {
  steps: StepView[]
  /** The ids of the steps that it names; undefined where it shows all. */
  named?: string[]
  /** The ids of the steps whose recordings it shows where nothing runs. */
  recorded: string[]
}

/** The ids and those of all steps that they need. */
export function withNeeds(ids: string[], steps: StepView[]): string[] {
  const all = new Set<string>()
  const add = (id: string): void => {
    if (all.has(id))
      return
    all.add(id)
    steps.find(step => step.id === id)?.needs.forEach(add)
  }
  ids.forEach(add)
  return [...all]
}

/** The session's runs as they stand at `now`, ms since the epoch; what is played again takes the place of its run. */
export function liveFrame(session: Runs, selection: Selection, again: Again | undefined, now: number): Frame {
  const { steps, named, recorded } = selection
  const titleOf = (id: string): string => steps.find(step => step.id === id)?.title ?? id
  const isLast = (run: ClientRun): boolean => session.runs.get(run.info.value.step) === run
  const runs = session.allRuns
    .filter(run => !named || (named.includes(run.info.value.step) && isLast(run)))
    .filter(run => run.info.value.n || recorded.includes(run.info.value.step))
    .map((own): ViewRun => {
      const { step, startedAt, n } = own.info.value
      const replayed = again?.step === step && isLast(own) ? again : undefined
      const run = replayed?.run.value ?? own
      const state = run.state.value
      const over = !n || isFinal(state.phase)
      const at = replayed ? replayed.at.value : over ? state.at : Math.max(state.at, now - startedAt)
      return { step, title: titleOf(step), startedAt, state, at, lines: () => run.lines.value }
    })
  const replayed = runs.find(run => run.step === again?.step)
  const clock = replayed ? replayed.startedAt + replayed.at : Math.max(0, ...runs.map(run => run.startedAt + run.at))
  return { runs: named ? runs.toSorted((a, b) => named.indexOf(a.step) - named.indexOf(b.step)) : runs, clock }
}

/** Whether time goes on for one of the runs that a view shows; with `toMoment` only until each is ready. */
export function isBusy({ allRuns }: Runs, named: string[] | undefined, toMoment: boolean): boolean {
  return allRuns.some(({ info, state }) => info.value.n && (!named || named.includes(info.value.step))
    && !isFinal(state.value.phase) && !(toMoment && isPassed(state.value.phase)))
}

/**
 * The recordings of a selection at each moment that paper shows:
 * those of the first step of the slide that has several, else the end.
 */
export async function printedFrames(
  selection: Selection,
  slide: number,
  load: LoadRecording,
  texts: Texts,
): Promise<Frame[]> {
  const { steps, recorded } = selection
  const loaded: { step: StepView, recording: StoredRecording }[] = []
  for (const id of recorded) {
    const step = steps.find(s => s.id === id)
    const recording = step && (await load(id).catch(() => undefined))
    if (recording)
      loaded.push({ step, recording })
  }
  const many = loaded.find(({ step }) => step.print.length > 1 && step.slides.includes(slide))
  const moments: (Moment | undefined)[] = many?.step.print ?? [undefined]
  return Promise.all(
    moments.map(async (moment): Promise<Frame> => {
      const runs = await Promise.all(
        loaded.map(({ step, recording }) => {
          const { events } = recording
          const at = step.id === many?.step.id && moment ? timeOf(moment, events) : (events.at(-1)?.at ?? 0)
          return runAt(step, recording, at)
        }),
      )
      const shown = runs.find(run => run.step === many?.step.id)
      return {
        ...(moment && shown && { caption: captionOf(moment, shown.at, texts) }),
        runs,
        clock: shown ? shown.startedAt + shown.at : Math.max(0, ...runs.map(run => run.startedAt + run.at)),
      }
    }),
  )
}

async function runAt(step: StepView, recording: StoredRecording, at: number): Promise<ViewRun> {
  const lines = await screenAt(recording, at)
  return {
    step: step.id,
    title: step.title ?? step.id,
    startedAt: Date.parse(recording.header.recordedAt),
    state: foldRun(recording.events, at),
    at,
    lines: () => lines,
  }
}
