import type { TrustedCluster } from '../../service/trust/cluster.ts'
import type { TrustPlan } from '../../service/trust/trust.ts'
import { styleText } from 'node:util'
import { escapeDeceiving } from '../../deck/escape.ts'
import { formatPlan } from '../../deck/plan/plan.ts'
import { slidevCodeLines } from '../../deck/slidev-code.ts'
import { grantSentences } from './grant-text.ts'

/** Grants that the question names; they are the worst of them. */
const MOST_GRANTS = 8
/** Columns that a row of the question takes at most, where the terminal has them. */
const WIDEST = 110
/** Columns before what a row lists. */
const LABEL = 12
/** How a line of the plan begins that the slide does not show; no line of a deck can begin so. */
const HIDDEN = '  hidden |'
/** Programs that get what is not there, act as somebody else, or take away for good. */
const WORSE = new Set(['sudo', 'doas', 'su', 'curl', 'wget', 'nc', 'ssh', 'scp', 'rsync', 'rm', 'dd', 'mkfs', 'mount', 'chmod', 'chown', 'kill', 'npx', 'npm', 'pip', 'apt-get', 'brew'])
/** Code of Slidev's that draws, beside what configures it. */
const RE_DRAWN = /^(?:components|layouts)\//
const RE_LOOPBACK = /^(?:localhost|127\.|\[::1\])/

/** What a question is about: a deck, and the files of each of its steps. */
export interface Asked {
  trust: TrustPlan
  cluster: TrustedCluster | undefined
  /** The files that a step uses, by its id. */
  filesOf: ReadonlyMap<string, string[]>
}

type Steps = TrustPlan['plan']['steps']

/** One page for the person who decides: what a deck wants that has not been approved yet, the worst first. */
export function formatQuestion(asked: Asked, stream: NodeJS.WriteStream): string {
  const { trust: { plan, code, sources, changes }, cluster } = asked
  const width = Math.min(WIDEST, stream.columns || 80)
  const row = (label: string, items: string[]): string[] => items.length ? [`  ${label.padEnd(LABEL)}${fit(items.map(escapeDeceiving), width - LABEL - 2)}`] : []
  const steps = changes ? changedSteps(asked) : plan.steps
  const isNew = (name: string): boolean => !changes || [...changes.changed, ...changes.added].includes(name)
  const touched = (key: 'images' | 'ports' | 'hosts' | 'mounts' | 'namespaces'): string[] => [...new Set(steps.flatMap(step => step[key]))].sort()
  const grants = grantSentences(plan)
  return [
    ...grants.length
      ? [
          styleText('bold', 'More than the guard allows, the worst first:', { stream }),
          ...grants.slice(0, MOST_GRANTS).map(line => `  ${styleText('yellow', cut(escapeDeceiving(line), width - 2), { stream })}`),
          ...grants.length > MOST_GRANTS ? [`  and ${grants.length - MOST_GRANTS} more`] : [],
        ]
      : [],
    styleText('bold', `${summarize(steps)}${changes ? ', new or changed' : ''}:`, { stream }),
    ...row('changed', changes?.changed ?? []),
    ...row('new', changes?.added ?? []),
    ...row('gone', changes?.removed ?? []),
    ...row('runs on', countsOf(steps.map(step => step.runner))),
    ...row('programs', programsIn(steps)),
    ...row('images', touched('images')),
    ...row('hosts', worseFirst(touched('hosts'), host => !RE_LOOPBACK.test(host))),
    ...row('ports', touched('ports')),
    ...row('mounts', touched('mounts')),
    ...row('namespaces', touched('namespaces')),
    ...row('cluster', cluster ? [`${cluster.standing === 'changed' ? 'not the one that you approved: ' : ''}${cluster.context} at ${cluster.server}`] : []),
    ...row('outside', [...new Set([...sources.markdown, ...plan.files])].filter(name => name.startsWith('..'))),
    ...row('Slidev runs', [...changes ? [] : slidevCodeLines({ ...sources, code: [] }), ...worseFirst(code.filter(isNew), name => !RE_DRAWN.test(name))]),
    ...plan.confine ? ['  Its shells see this folder and the system\'s, read-only.'] : [],
  ].join('\n')
}

/** What the question leaves out: every step as it stands, and every name. */
export function formatWhole({ trust, cluster }: Asked, stream: NodeJS.WriteStream): string {
  const { plan, code, sources } = trust
  const section = (title: string, lines: string[]): string[] => formatSection(title, lines, stream)
  return [
    ...section('More than the guard allows (grants)', plan.grants),
    ...cluster ? formatCluster(cluster, stream) : [],
    ...section('Code that Slidev runs, when the deck is replayed too', slidevCodeLines({ ...sources, code })),
    ...section('Files that its steps use', plan.files.filter(name => !sources.markdown.includes(name))),
    ...section('Files from outside its folder', sources.markdown.filter(name => name.startsWith('..'))),
    ...formatPlan({ ...plan, grants: [] }).split('\n').map(line => line.startsWith(HIDDEN) ? styleText('yellow', line, { stream }) : line),
  ].join('\n')
}

/** Every file that is not as it was approved, and every step that stands in one or uses it. */
export function formatChanges(asked: Asked, stream: NodeJS.WriteStream): string {
  const { trust: { plan, changes } } = asked
  if (!changes)
    return 'This deck was not approved before: all of it is new.\n'
  return [
    ...formatSection('Since you approved it', [
      ...changes.changed.map(name => `changed  ${name}`),
      ...changes.added.map(name => `new      ${name}`),
      ...changes.removed.map(name => `gone     ${name}`),
    ], stream),
    formatPlan({ ...plan, grants: [], steps: changedSteps(asked) }),
  ].join('\n')
}

/** A cluster as the question about it shows it, beside the one that was approved under its name. */
export function formatCluster(
  { context, server, uid, standing, before }: TrustedCluster,
  stream: NodeJS.WriteStream,
): string[] {
  return formatSection('The Kubernetes cluster that its steps use', [
    `context  ${context}`,
    `server   ${server}`,
    `UID      ${uid}`,
    ...standing === 'changed' && before ? [`before   ${before.uid} at ${before.server}, approved on ${before.approvedAt.slice(0, 10)}`] : [],
  ], stream)
}

/** The steps that stand in a file that is new or changed, or use one. */
function changedSteps({ trust: { plan, changes }, filesOf }: Asked): Steps {
  const names = new Set([...changes?.changed ?? [], ...changes?.added ?? []])
  return plan.steps.filter(step => [step.file, ...filesOf.get(step.id) ?? []].some(name => names.has(name)))
}

function summarize(steps: Steps): string {
  const hiding = steps.filter(step => step.hidden.length)
  const lines = hiding.reduce((sum, step) => sum + step.hidden.length, 0)
  const hidden = lines ? `, ${hiding.length} of them with ${count(lines, 'line', 'lines')} that no slide shows` : ''
  return `${count(steps.length, 'step', 'steps')}${hidden}`
}

/** The most frequent first, but those before all that are worse. */
function programsIn(steps: Steps): string[] {
  const names = countsOf(steps.flatMap(step => step.programs)).map(text => text.replace(/ \d+$/, ''))
  return worseFirst(names, program => WORSE.has(program))
}

/** Each word with how often it stands there, the most frequent first. */
function countsOf(words: string[]): string[] {
  const all = [...Map.groupBy(words, word => word)].map(([word, { length }]) => ({ word, length }))
  return all.sort((a, b) => b.length - a.length).map(({ word, length }) => `${word} ${length}`)
}

/** The items that are worse before the others, as only the first of them may have room. */
function worseFirst(items: string[], isWorse: (item: string) => boolean): string[] {
  return items.toSorted((a, b) => Number(isWorse(b)) - Number(isWorse(a)))
}

/** As many items as a line holds, and how many more there are. */
function fit(items: string[], width: number): string {
  for (let shown = items.length; shown > 1; shown--) {
    const line = `${items.slice(0, shown).join(', ')}${shown < items.length ? ` and ${items.length - shown} more` : ''}`
    if (line.length <= width)
      return line
  }
  return `${cut(items[0]!, width - (items.length > 1 ? 14 : 0))}${items.length > 1 ? ` and ${items.length - 1} more` : ''}`
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`
}

function formatSection(title: string, lines: string[], stream: NodeJS.WriteStream): string[] {
  return lines.length ? [styleText('bold', title, { stream }), ...lines.map(line => `  ${escapeDeceiving(line)}`), ''] : []
}
