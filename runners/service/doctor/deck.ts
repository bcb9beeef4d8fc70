import type { Deck } from '../../deck/deck.ts'
import type { Step } from '../../protocol/step.ts'
import type { Finding } from './finding.ts'
import { recordCommand } from '../../deck/record-command.ts'
import { unsetNames, unsetSentence } from '../../deck/unset-names.ts'
import { ICON } from '../../deck/web-parts.ts'
import { readRecording } from '../store/recordings.ts'
import { fine } from './finding.ts'

function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`
}

/** Whether the deck is without mistakes. */
export function checkDeck(deck: Deck): Finding {
  const errors = deck.problems.filter(problem => problem.severity === 'error')
  if (!errors.length)
    return fine('deck', `${deck.name}: ${count(deck.slides.length, 'slide')}, ${count(deck.steps.length, 'step')}, no mistake`)
  const [first] = errors
  return { id: 'deck', ok: false, severity: 'risk', message: `${errors.length === 1 ? '1 mistake in the deck,' : `${errors.length} mistakes in the deck, the first`} at ${first!.file}:${first!.line}: ${first!.message}`, fix: errors.length === 1 && first!.hint ? first!.hint : 'kamishibai check shows every mistake.' }
}

/** How the recordings of a deck stand. */
export interface Recorded {
  missing: Step[]
  stale: Step[]
  damaged: { step: Step, why: string }[]
  /** When the last was made, in ms since the epoch; 0 without any. */
  latest: number
}

/** Reads every recording. */
export async function readAll(deck: Deck): Promise<Recorded> {
  const recorded: Recorded = { missing: [], stale: [], damaged: [], latest: 0 }
  for (const step of deck.steps) {
    try {
      const recording = await readRecording(deck, step.id)
      if (!recording)
        recorded.missing.push(step)
      else if (recording.header.hash !== step.hash)
        recorded.stale.push(step)
      recorded.latest = Math.max(recorded.latest, Date.parse(recording?.header.recordedAt ?? '') || 0)
    }
    catch (error) {
      recorded.damaged.push({ step, why: (error as Error).message })
    }
  }
  return recorded
}

/** Whether each step can be rescued: a step whose engine is not here has nothing but its recording. */
export function checkRecordings(
  deck: Deck,
  { missing, stale, damaged }: Recorded,
  isLive: (step: Step) => boolean,
): Finding {
  const gone = [...missing, ...damaged.map(({ step }) => step)]
  const lost = gone.filter(step => !isLive(step))
  const names = (steps: Step[]): string => steps.map(step => step.id).join(', ')
  const only = (steps: Step[]): string => recordCommand(deck, steps.map(step => step.id))
  if (lost.length)
    return { id: 'recordings', ok: false, severity: 'risk', message: `Neither an engine nor a recording: ${names(lost)}`, fix: `Where the engine is: ${only(lost)}` }
  if (gone.length)
    return { id: 'recordings', ok: false, severity: 'warning', message: `No recording to fall back on: ${names(gone)}`, fix: only(gone) }
  if (stale.length)
    return { id: 'recordings', ok: false, severity: 'warning', message: `Recorded before the step was changed: ${names(stale)}`, fix: only(stale) }
  const all = deck.steps.length === 1 ? 'its step has' : `all ${deck.steps.length} steps have`
  return fine('recordings', deck.steps.length ? `${all} a fresh recording` : 'the deck has no steps')
}

/** Programs that shell steps call and that are not on this machine, one finding each. */
export function checkPrograms(deck: Deck, missing: (step: Step) => string[]): Finding[] {
  const names = [...new Set(deck.steps.flatMap(missing))]
  if (!names.length)
    return deck.steps.some(({ runner }) => runner === 'shell') ? [fine('programs', 'the programs that its steps call are here')] : []
  return names.map((name) => {
    const steps = deck.steps.filter(step => missing(step).includes(name)).map(({ id }) => id)
    return { id: `program-${name}`, ok: false, severity: 'warning' as const, message: `${name} is not on this machine; ${steps.join(', ')} will play the recording`, fix: `Install ${name}, or leave it so.` }
  })
}

/** Whether the variables that the headmatter hands on are set: a step that finds nothing goes another way. */
export function checkNames(deck: Deck, env: Record<string, string | undefined>): Finding[] {
  const unset = unsetNames(deck, env)
  if (unset.length)
    return [{ id: 'env', ok: false, severity: 'warning', message: unset.map(unsetSentence).join('; '), fix: `Before the talk: export ${unset.map(({ name }) => `${name}=…`).join(' ')}` }]
  return deck.settings.env.length ? [fine('env', `set: ${deck.settings.env.join(', ')}`)] : []
}

/** Steps that reach beyond this machine, and so depend on the network of the day. */
export function checkNetwork(deck: Deck, hostsOf: (step: Step) => string[]): Finding {
  const outside = deck.steps.flatMap((step) => {
    const hosts = hostsOf(step).filter(isOutside)
    return [...hosts.map(host => `${step.id} (${host})`), ...step.pull ? [`${step.id} (pulls its image)`] : []]
  })
  return outside.length
    ? { id: 'network', ok: false, severity: 'info', message: `These steps need the network: ${outside.join(', ')}`, fix: 'Without it they play their recordings.' }
    : fine('network', 'no step needs the network')
}

/** What the pages themselves get from the internet: where it hangs, so do they, but for their icon. */
export function checkPages(parts: string[]): Finding {
  return parts.length
    ? { id: 'pages', ok: false, severity: parts.every(part => part === ICON) ? 'info' : 'warning', message: `The pages have parts of the internet: ${parts.join(', ')}. present fetches them when it builds the deck; export and build load them`, fix: 'Run kamishibai present once while there is a network. For good, in the headmatter: favicon: \'\' and fonts: { provider: none }; pictures belong into public/.' }
    : fine('pages', 'the pages load nothing from the internet')
}

/** Names without a dot are those of the session's containers; `pod/…` and `service/…` are in its cluster. */
function isOutside(host: string): boolean {
  const [name = ''] = host.split(':')
  return !host.includes('/') && !host.startsWith('[::1]') && name.includes('.') && !/^127\.[\d.]+$/.test(name)
}
