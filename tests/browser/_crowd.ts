import type { LogEvent, Payload, View } from '../../runners/protocol/event.ts'
import type { Step } from '../../runners/protocol/step.ts'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseDeck } from '../../runners/deck/parse.ts'
import { saveRecording } from '../../runners/service/store/recordings.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** How long the recorded run of so many takes, in ms: with none or one there is nothing to be late with. */
export const crowdMs = (count: number): number => count > 1 ? 3000 : 1200

const VIEWS = [
  '<LiveContainers steps="crowd" />',
  '<LiveNetwork steps="crowd" />',
  '<LiveStats of="crowd" />',
  '<LiveRequests step="crowd" />',
  '<LiveRace steps="crowd" />',
  '<LivePods steps="crowd" />',
  '<LiveObjects kind="pods" steps="crowd" />',
  '<LiveCluster steps="crowd" network="VXLAN" />',
  '<LiveEvents steps="crowd" />',
]

/** A deck with a slide for each view, on which one run comes to life. */
export interface Crowd {
  file: string
  slides: number
  /** Makes the recording of the run anew, with `count` objects. */
  record: (count: number) => Promise<void>
  remove: () => Promise<void>
}

/** Writes the deck into a folder of its own, gone when `remove` is called. */
export async function crowdDeck(): Promise<Crowd> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-crowd-'))
  const file = join(dir, 'deck.md')
  const headmatter = `---\ntheme: none\naddons: ['${ROOT}']\ntitle: Crowd\nfavicon: ''\nmcp: false\nfonts: {provider: none}\n---\n`
  const fence = '```sh {run id=crowd out=none rows=3}\necho crowd\n```\n'
  // One run for all views: its fence stands on the first slide.
  await writeFile(file, headmatter + VIEWS.map((view, i) => `\n# View\n\n${i ? '' : fence}\n${view}\n`).join('\n---\n'))
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  await mkdir(join(dir, 'recordings'), { recursive: true })
  const deck = await parseDeck(file)
  const [{ id, hash }] = deck.steps as [Step]
  return {
    file,
    slides: VIEWS.length,
    record: count => saveRecording(deck, { header: { step: id, hash, recordedAt: '2026-11-25T00:00:00.000Z', engines: {}, images: {}, durationMs: crowdMs(count), phase: 'exited', expectations: [] }, cols: 80, rows: 3, events: eventsOf(count) }),
    remove: () => rm(dir, { recursive: true, force: true }),
  }
}

/** Born one after the other on three networks, measured every second and asked once each; every tenth dies. */
function eventsOf(count: number): LogEvent[] {
  const duration = crowdMs(count)
  const timed: { at: number, payload: Payload }[] = [{ at: 0, payload: { type: 'phase', phase: 'running' } }]
  const add = (at: number, payload: Payload): void => void timed.push({ at: Math.round(at), payload })
  const ref = (kind: string, i: number): { kind: string, id: string, name: string } => ({ kind, id: `${kind}-${i}`, name: `${kind}-${i}` })
  for (let n = 0; n < Math.min(3, count); n++)
    add(1, { type: 'resource', op: 'added', ref: ref('network', n), view: { name: `network-${n}`, internal: n === 2, subnets: [`10.0.${n}.0/24`], gateways: [`10.0.${n}.1`] } })
  for (let n = 1; n <= Math.min(3, count); n++)
    add(1, { type: 'resource', op: 'added', ref: ref('node', n), view: { name: `node-${n}`, ready: n !== 3, ip: `10.250.0.${n}`, podCIDR: `10.1.${n}.0/24`, version: 'v1.35.4' } })
  for (let i = 0; i < count; i++) {
    const born = i / count * (duration - 1000)
    const view = (state: string): View => ({ name: `container-${i}`, image: 'app', state, status: state, ports: i < 3 ? [`127.0.0.1:${8000 + i}→80`] : [], networks: { [`network-${i % 3}`]: state === 'running' ? `10.0.${i % 3}.${i % 250 + 2}` : '' } })
    add(born, { type: 'resource', op: 'added', ref: ref('container', i), view: view('created') })
    add(born + 5, { type: 'resource', op: 'modified', ref: ref('container', i), view: view('running') })
    for (let at = born + 10; at < duration; at += 1000)
      add(at, { type: 'sample', ref: ref('container', i), cpu: 0.01 + (at % 7) / 100, memory: 500_000 + i * 100 })
    const pod = (status: string): Payload => ({ type: 'resource', op: status === 'Pending' ? 'added' : 'modified', ref: { kind: 'pod', id: `pod-${i}`, name: `web-5d9c7b-${String(i).padStart(5, 'x')}` }, view: { status, ready: status === 'Running', readyContainers: status === 'Running' ? '1/1' : '0/1', restarts: 0, ...status !== 'Pending' && { node: `node-${i % 3 + 1}`, ip: `10.1.${i % 3 + 1}.${i % 250 + 2}` }, containers: [{ name: 'web' }] } })
    add(born, pod('Pending'))
    add(born + 5, pod('ContainerCreating'))
    add(born + 300, pod('Running'))
    add(born + 300, { type: 'resource', op: 'added', ref: ref('event', i), view: { type: i % 20 ? 'Normal' : 'Warning', reason: 'Scheduled', object: `pod/web-${i}`, message: `Successfully assigned web-${i} to node-${i % 3 + 1}`, count: 1, at: new Date(born).toISOString() } })
    add(born, { type: 'response', n: i + 1, status: i % 50 === 7 ? 503 : 200, ms: 2 + i % 13, by: `container-${i % 40}` })
    add(born, { type: 'progress', label: 'requests', done: i + 1, total: count })
    if (i % 10 === 9)
      add(duration - 500, { type: 'resource', op: 'modified', ref: ref('container', i), view: view('exited') })
  }
  timed.sort((a, b) => a.at - b.at)
  add(duration, { type: 'exit', code: 0 })
  add(duration, { type: 'phase', phase: 'exited' })
  return timed.map(({ at, payload }, i) => ({ ...payload, at, seq: i + 1 }))
}
