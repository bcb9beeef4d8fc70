import type { PresentOptions } from './present.ts'
import process from 'node:process'
import { planProblems } from '../../deck/timing.ts'
import { say } from '../io/say.ts'
import { ENDS } from '../process/ending.ts'
import { keepRehearsal } from '../rehearse/kept.ts'
import { reportOf, toText } from '../rehearse/rehearsal.ts'
import { startPresentation, untilOver } from './present.ts'

export interface RehearseOptions extends Pick<PresentOptions, 'deck' | 'port' | 'open'> { json: boolean }

/**
 * `kamishibai rehearse`: plays the recordings against the clock until Ctrl-C, then tells the times; resolves with the
 * exit code.
 */
export async function rehearse({ json, ...options }: RehearseOptions): Promise<number> {
  const presentation = await startPresentation({ ...options, mode: 'replay', rehearsing: true })
  const { deck, pace } = presentation.service.session
  for (const problem of planProblems(deck))
    say.warn(problem)
  const startedAt = new Date()
  const addressTo = json ? process.stderr : process.stdout
  const code = await untilOver(presentation, { ...options, rehearsing: true, addressTo })
  const report = reportOf(deck, pace.spent(), startedAt)
  if (!report.slides.length) {
    say.warn('No slide was shown: there is nothing to report.')
  }
  else {
    const { before, page } = await keepRehearsal(deck, report)
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : toText(report, before))
    say.info(`To look at: ${page}`)
  }
  // Ctrl-C is how a rehearsal ends.
  return code === ENDS.SIGINT ? 0 : code
}
