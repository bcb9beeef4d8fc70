import type { Mark, Moment, RunnerName, Step, Verb } from './step.ts'

/** A step as a browser may know it: what is needed to show it. */
export interface StepView {
  id: string
  verb: Verb
  runner: RunnerName
  title?: string
  slides: number[]
  on: Step['on']
  extra: boolean
  out: string
  rows: number
  cols: number
  fallback: Step['fallback']
  mark: Mark[]
  print: Moment[]
  expect: string[]
  until: string[]
  needs: string[]
  timeoutMs: number
  remote: boolean
  hash: string
}

/** What of a step goes to browsers. */
export function toStepView(step: Step): StepView {
  return {
    id: step.id,
    verb: step.verb,
    runner: step.runner,
    title: step.title,
    slides: step.slides,
    on: step.on,
    extra: step.extra,
    out: step.out,
    rows: step.rows,
    cols: step.cols,
    fallback: step.fallback,
    mark: step.mark,
    print: step.print,
    expect: step.expect.map(c => c.text),
    until: step.until.map(c => c.text),
    needs: step.needs,
    timeoutMs: step.timeoutMs,
    remote: step.remote,
    hash: step.hash,
  }
}
