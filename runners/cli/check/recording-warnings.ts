import type { Problem } from '../../protocol/problem.ts'
import type { Recording } from '../../protocol/recording.ts'
import type { Step } from '../../protocol/step.ts'
import { hasThrowAway } from '../../deck/plan/shell-touch.ts'
import { markerCommand } from '../../protocol/marker.ts'
import { timeOf } from '../../protocol/moment.ts'
import { drawLog } from '../../protocol/screen.ts'
import { suggestion } from '../../protocol/suggest.ts'
import { unshownChanges } from '../../protocol/unshown.ts'

/** How many lines or changes a warning names. */
const NAMED = 3

/**
 * What slide and paper show badly of a recording: lines that wrap, moments that never came, and changes between the
 * printed frames.
 */
export async function recordingWarnings(step: Step, recording: Recording): Promise<Problem[]> {
  const at = { severity: 'warning', file: step.file, line: step.line, column: step.column } as const
  const warnings = [
    ...await wrapping(step, recording),
    ...unmarked(step, recording),
    ...unprinted(step, recording),
    ...piped(step, recording),
  ]
  return warnings.map(warning => ({ ...at, ...warning }))
}

type Warning = Pick<Problem, 'code' | 'message' | 'hint'>

async function wrapping({ id, verb }: Step, recording: Recording): Promise<Warning[]> {
  // An open terminal follows its box on the slide.
  if (verb === 'terminal')
    return []
  const screen = await drawLog(recording)
  const lines = screen.wrapped()
  screen.dispose()
  if (!lines.length)
    return []
  const count = lines.length > 1 ? `${lines.length} recorded lines of ${id} wrap` : `a recorded line of ${id} wraps`
  return [{ code: 'wraps', message: `${count} at ${recording.cols} columns: ${lines.slice(0, NAMED).map(quote).join(', ')}`, hint: 'Print fewer columns, or give the step more with cols=' }]
}

function quote(line: string): string {
  const characters = [...line.trim()]
  return JSON.stringify(characters.length > 60 ? `${characters.slice(0, 57).join('')}…` : characters.join(''))
}

/** What paper is to show is chosen by a marker that the run did not set: it prints the end instead. */
function unmarked({ id, print }: Step, { events }: Recording): Warning[] {
  const set = [...new Set(events.flatMap(event => event.type === 'marker' ? [event.label] : []))]
  return print.flatMap((moment): Warning[] => moment.type !== 'marker' || set.includes(moment.label)
    ? []
    : [{
        code: 'no-marker',
        message: `the recording of ${id} has no marker ${moment.label}: paper shows its end there`,
        hint: set.length ? suggestion(moment.label, set) : `Let the step run: ${markerCommand(moment.label)}`,
      }])
}

/** A block goes on after what fails before the end of a pipeline. */
function piped({ id }: Step, { events }: Recording): Warning[] {
  return events.flatMap(event => event.type === 'phase' ? event.pipes ?? [] : []).map(({ line, code, text }) => ({
    code: 'pipe-failed',
    message: `in line ${line} of ${id} a command failed before the end of its pipeline (exit code ${code}): ${quote(text)}`,
    hint: 'See whether the output is what it should be. Where it may fail: { COMMAND || true; } | …',
  }))
}

function unprinted(step: Step, { events }: Recording): Warning[] {
  const printed = step.print.map(moment => timeOf(moment, events))
  const changes = unshownChanges(events, printed, { throwAway: hasThrowAway(step.code) })
  if (!changes.length)
    return []
  const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : ''
  const named = changes.slice(0, NAMED).map(({ what, at }) => `${what} at ${seconds(at)}`).join(', ')
  return [{
    code: 'print-hides',
    message: `what is printed of ${step.id} (print=${step.printText}) does not show: ${named}${more}`,
    hint: `Print the moments that do, as in print=${suggestedPrint(changes[0]!.shownAt)}`,
  }]
}

function suggestedPrint(times: number[]): string {
  return ['start', ...new Set(times.map(seconds)), 'end'].join(',')
}

/** A time as `print=` takes it. */
function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(3))}s`
}
