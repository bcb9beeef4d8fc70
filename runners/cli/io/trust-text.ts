import type { TrustedCluster } from '../../service/trust/cluster.ts'
import type { TrustPlan } from '../../service/trust/trust.ts'
import { styleText } from 'node:util'
import { escapeDeceiving } from '../../deck/escape.ts'
import { formatPlan } from '../../deck/plan/plan.ts'
import { slidevCodeLines } from '../../deck/slidev-code.ts'

/** Names of files a heading may list before it only counts: the rest is found on disk. */
const LISTED = 40
/** How a line of the plan begins that the slide does not show; no line of a deck can begin so. */
const HIDDEN = '  hidden |'

/**
 * The plan of a deck as the question about it shows it: grants first, then the cluster, then code that runs anyway,
 * then every step.
 */
export function formatTrust(
  { plan, code, sources, changes }: TrustPlan,
  cluster: TrustedCluster | undefined,
  stream: NodeJS.WriteStream,
): string {
  const section = (title: string, lines: string[]): string[] => formatSection(title, lines, stream)
  const { steps, grants, files } = plan
  const touched = (key: 'images' | 'ports' | 'hosts' | 'mounts' | 'namespaces'): string[] => [...new Set(steps.flatMap(step => step[key]))].sort()
  const programs = [...new Set(steps.flatMap(step => step.programs))].sort()
  return [
    ...section('It asks for more than the guard allows (grants)', grants),
    ...cluster ? formatCluster(cluster, stream) : [],
    ...changes
      ? section('Since you approved it', [
          ...changes.changed.map(name => `changed  ${name}`),
          ...changes.added.map(name => `new      ${name}`),
          ...changes.removed.map(name => `gone     ${name}`),
        ])
      : [],
    ...section('Code that Slidev runs, when the deck is replayed too', slidevCodeLines({ ...sources, code })),
    ...section('Files that its steps use', files.filter(name => !sources.markdown.includes(name))),
    ...section('Files from outside its folder', sources.markdown.filter(name => name.startsWith('..'))),
    ...section('Programs of this machine', programs.length ? [programs.join(', ')] : []),
    ...section('Mounts', touched('mounts')),
    ...section('Hosts', touched('hosts')),
    ...section('Ports', touched('ports')),
    ...section('Images', touched('images')),
    ...section('Kubernetes namespaces', touched('namespaces')),
    ...formatPlan({ ...plan, grants: [] }).split('\n').map(line => line.startsWith(HIDDEN) ? styleText('yellow', line, { stream }) : line),
  ].join('\n')
}

/** Where the question stands, what of the plan must not be overlooked. */
export function summarize({ plan: { steps, grants } }: TrustPlan): string {
  const count = (n: number, one: string, many: string): string[] => n ? [`${n} ${n === 1 ? one : many}`] : []
  return [
    ...count(steps.length, 'step', 'steps'),
    ...count(steps.filter(step => step.hidden.length).length, 'of them with hidden lines', 'of them with hidden lines'),
    ...count(grants.length, 'grant', 'grants'),
  ].join(', ')
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

function formatSection(title: string, lines: string[], stream: NodeJS.WriteStream): string[] {
  return lines.length ? [styleText('bold', title, { stream }), ...list(lines), ''] : []
}

function list(lines: string[]): string[] {
  const shown = lines.length > LISTED ? lines.slice(0, LISTED) : lines
  return [...shown.map(line => `  ${escapeDeceiving(line)}`), ...shown.length < lines.length ? [`  and ${lines.length - shown.length} more`] : []]
}
