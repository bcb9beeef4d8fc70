import type { LogEvent, Ref, View } from './event.ts'
import type { Recording } from './recording.ts'
import { foldRun, refKey } from './fold.ts'
import { maskText } from './mask.ts'
import { sameTexts } from './same-texts.ts'
import { drawLog, SCROLLBACK } from './screen.ts'
import { failureOf } from './unshown.ts'

/** What of two recordings may differ. */
export type Part = 'step' | 'course' | 'answers' | 'objects' | 'output'

/** What differs between two recordings; of the output, the lines that only one of them has. */
export interface Difference { parts: Part[], lines: { sign: '-' | '+', text: string }[] }

/** Whether two recordings tell the same, so that the older file may stay. */
export async function sameRecording(a: Recording, b: Recording): Promise<boolean> {
  return changedParts(a, b).length === 0 && await sameOutput(a, b)
}

/** What `now` tells otherwise than `before`; undefined where it tells the same. */
export async function differenceOf(before: Recording, now: Recording): Promise<Difference | undefined> {
  const parts = changedParts(before, now)
  if (await sameOutput(before, now))
    return parts.length ? { parts, lines: [] } : undefined
  return { parts: [...parts, 'output'], lines: await changedLines(before, now) }
}

function changedParts(a: Recording, b: Recording): Part[] {
  const [one, other] = [essence(a), essence(b)]
  return (Object.keys(one) as (keyof typeof one)[]).filter(part => one[part] !== other[part])
}

/**
 * What a recording says besides its output, without what changes from run to run, timing and names by chance among it.
 */
function essence(recording: Recording): Record<Exclude<Part, 'output'>, string> {
  const { header: { step, hash, phase, expectations }, cols, rows, events } = recording
  const mask = masker(recording)
  return {
    step: JSON.stringify([step, hash, cols, rows]),
    // Engine and terminal are read side by side: only the order within one type says something.
    course: JSON.stringify([
      phase,
      expectations.map(({ text, ok }) => [text, ok]),
      mask(JSON.stringify(storyOf(events))),
    ]),
    answers: JSON.stringify(responsesOf(events, mask)),
    objects: JSON.stringify(objectsOf(events, mask)),
  }
}

async function sameOutput(a: Recording, b: Recording): Promise<boolean> {
  return masker(a)(outputOf(a.events)) === masker(b)(outputOf(b.events)) || await sameDrawn(a, b)
}

/** The lines at the end of the output that only one of two recordings has, as they stand there. */
async function changedLines(before: Recording, now: Recording): Promise<Difference['lines']> {
  const [old, fresh] = await Promise.all([before, now].map(linesOf)) as [string[], string[]]
  const masked = [[before, old], [now, fresh]] as const
  const [first, second] = masked.map(([recording, lines]) => masker(recording)(lines.join('\n')).split('\n').map(line => line.trim())) as [string[], string[]]
  const [inOld, inFresh] = sameTexts(first, second)
  return [
    ...old.filter((_, i) => !inOld[i]).map(text => ({ sign: '-' as const, text })),
    ...fresh.filter((_, i) => !inFresh[i]).map(text => ({ sign: '+' as const, text })),
  ]
}

async function linesOf(recording: Recording): Promise<string[]> {
  const screen = await drawLog(recording)
  const lines = screen.text().split('\n').map(line => line.trimEnd())
  screen.dispose()
  return lines
}

/** The output; that of many requests only repeats, in an order by chance, what the responses say. */
function outputOf(events: LogEvent[]): string {
  if (events.filter(event => event.type === 'response').length > 1)
    return ''
  return events.map(event => event.type === 'output' ? event.data : '').join('')
}

/**
 * Whether two outputs look the same at their end: progress that is drawn over comes in pieces and in an order by
 * chance.
 */
async function sameDrawn(a: Recording, b: Recording): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map(drawn))
  return one !== undefined && one === other
}

/** All that an output left on its terminal, colours included; undefined where some of it scrolled out of reach. */
async function drawn(recording: Recording): Promise<string | undefined> {
  const output = outputOf(recording.events)
  if (output.split('\n').length > SCROLLBACK)
    return undefined
  const screen = await drawLog(recording)
  const { ansi } = await screen.snapshot()
  screen.dispose()
  return masker(recording)(output && ansi)
}

/** Phases, ends, errors, markers and sizes; what a run waited for was still busy by chance. */
function storyOf(events: LogEvent[]): unknown[] {
  const of = <T extends LogEvent['type']>(type: T): Extract<LogEvent, { type: T }>[] => events.filter((event): event is Extract<LogEvent, { type: T }> => event.type === type)
  return [
    of('phase').flatMap(({ phase, reason, expectations }) => phase === 'waiting' ? [] : [[phase, reason, expectations?.map(({ text, ok }) => [text, ok])]]),
    of('exit').map(({ code, signal, oom }) => [code, signal, oom]),
    of('error').map(({ code, message }) => [code, message]),
    of('marker').map(({ label }) => label),
    of('resize').map(({ cols, rows }) => [cols, rows]),
  ]
}

/** The statuses in the order of the requests, and who answered at all: how often each did is chance. */
function responsesOf(events: LogEvent[], mask: (text: string) => string): unknown[] {
  const responses = events.filter(event => event.type === 'response').sort((a, b) => a.n - b.n)
  return [
    responses.map(({ status }) => status),
    [...new Set(responses.flatMap(({ by }) => (by === undefined ? [] : mask(by))))].sort(),
  ]
}

/**
 * Each object as it was at the end, and whether it failed on the way. States in between are seen or missed by chance,
 * and objects that change at the same time are told in any order. What is the engine's own is told by whichever run
 * comes
 * first.
 */
function objectsOf(events: LogEvent[], mask: (text: string) => string): string[] {
  const failed = new Set(events.flatMap(event => event.type === 'resource' && failureOf(event.ref, event.view) ? [refKey(event.ref)] : []))
  const told = Object.values(foldRun(events).resources).filter(
    ({ ref }) => failed.has(refKey(ref)) || !isOfTheEngine(ref),
  )
  return told.map(({ ref, view, deleted }) =>
    mask(JSON.stringify([ref.kind, ref.name, deleted ? 'deleted' : withoutPlace(view), failed.has(refKey(ref))]))).sort()
}

/**
 * Whether an object is there without the deck, a network, a node or a control plane, or is the engine's own remark: the
 * first run of a session tells it.
 */
export function isOfTheEngine({ kind, name }: Ref): boolean {
  return kind === 'node' || kind === 'controlplane' || kind === 'event' || (kind === 'network' && ['bridge', 'host', 'none'].includes(name))
}

/** A view without addresses, which a container has only while it runs, and without the node that was chosen. */
function withoutPlace({ networks, node: _, ...view }: View): View {
  return { ...view, ...networks && typeof networks === 'object' && { networks: Object.keys(networks).sort() } }
}

const RE_ENGINE_NAME = /^[a-z]+_[a-z]+\d?$/
const RE_SESSION_NAME = /^(?:(.+)-[0-9a-f]{4}|[0-9a-f]{4}-(.+))$/

/** Masks a text of this log, the names that engine and session gave its objects and the engines' versions included. */
function masker({ header: { engines }, events }: Recording): (text: string) => string {
  const names = new Map(Object.values(engines).flatMap(versionsIn).map(version => [version, '<version>']))
  for (const event of events) {
    if (event.type !== 'resource')
      continue
    const { ref: { name }, view: { node } } = event
    if (typeof node === 'string' && node)
      names.set(node, '<node>')
    const [, before, after] = RE_SESSION_NAME.exec(name) ?? []
    if (RE_ENGINE_NAME.test(name))
      names.set(name, '<name>')
    else if (before ?? after)
      names.set(name, before ?? after!)
  }
  const words = [...names].map(([name, given]) => [new RegExp(`(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`, 'g'), given] as const)
  return text => maskText(words.reduce((masked, [word, given]) => masked.replace(word, given), text))
}

/** The version of an engine, and its number alone: `v1.35.4 (context)`, `20.10.24+dfsg1`. */
function versionsIn(engine: string): string[] {
  const [version = ''] = engine.split(' ')
  return [version, version.replace(/^v/, ''), /\d+(?:\.\d+){2}/.exec(version)?.[0] ?? ''].filter(text => /^v?\d+\.\d+\.\d/.test(text))
}
