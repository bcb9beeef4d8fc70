import type { Runner, RunnerConfig } from '../../protocol/runner.ts'
import type { RunnerName } from '../../protocol/step.ts'
import type { SweepFilter, SweepReport } from '../../protocol/sweep.ts'
import type { SessionFolder, SessionNote } from './folders.ts'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toErrorInfo } from '../../protocol/error.ts'
import { settingsSchema } from '../../protocol/headmatter.ts'
import { LABELS } from '../../protocol/runner.ts'
import { loadRunner as loadFromRegistry } from '../session/registry.ts'
import { standingOf } from '../trust/cluster.ts'
import { findFolders } from './folders.ts'
import { ownerState, pidOf } from './owner.ts'

type LiveRunner = Exclude<RunnerName, 'replay'>

/** An engine that did not answer: what was left there stays. */
export interface Unreachable {
  runner: RunnerName
  message: string
  hint: string
  /** Sessions that are known to have used it. */
  sessions: string[]
}

/** What a sweep did, and where it could not look. */
export interface Sweep extends SweepReport { unreachable: Unreachable[] }

export interface SweepOptions {
  env: Record<string, string | undefined>
  /** Only names what would go. @default false */
  dryRun?: boolean
  /** Engines to look at, beside those that a dead session noted. @default docker */
  runners?: Iterable<RunnerName>
  /** @default the registry's */
  loadRunner?: typeof loadFromRegistry
}

const PROBE_TIMEOUT = 3000

/**
 * Removes what the sessions of dead owners left; what has a living owner, or none that can be read, stays and is named.
 */
export async function sweepDead({ runners = ['docker'], ...options }: SweepOptions): Promise<Sweep> {
  const all = await findFolders()
  const stays = new Map(all.map(folder => [folder, reasonToKeep({ [LABELS.owner]: folder.note?.owner ?? '' })]))
  const dead = all.filter(folder => stays.get(folder) === undefined)
  const sweep = await sweepFolders(dead, new Set(runners), { keep: reasonToKeep }, options)
  for (const [{ path }, reason] of stays) {
    if (reason !== undefined)
      sweep.kept.push({ kind: 'folder', name: path, reason })
  }
  return sweep
}

/** Removes what one session left, whoever its owner is: only its own watchdog may know that it is over. */
export async function sweepSession(folder: SessionFolder, options: SweepOptions): Promise<Sweep> {
  const keep: SweepFilter['keep'] = labels => labels[LABELS.session] === folder.session ? undefined : 'another session made it'
  return sweepFolders([folder], new Set(options.runners), { keep, session: folder.session }, options)
}

async function sweepFolders(folders: SessionFolder[], wanted: Set<RunnerName>, which: Pick<SweepFilter, 'keep' | 'session'>, { env, dryRun = false, loadRunner = loadFromRegistry }: SweepOptions): Promise<Sweep> {
  const notes = folders.flatMap(({ note }) => note ?? [])
  const names = new Set([...wanted, ...notes.flatMap(note => note.runners)].filter(name => name !== 'replay'))
  const bySession = new Map(folders.map(({ session, path }) => [session, path]))
  const filter: SweepFilter = { ...which, folders: bySession, dryRun }
  const sweep: Sweep = { removed: [], kept: [], unreachable: [] }
  // Made by a runner that needs it, as one that reaches its engine through ssh does.
  const workDir = join(tmpdir(), `kamishibai-sweep-${randomUUID().slice(0, 8)}`)
  const config = configFor(notes, workDir, env)
  /** Why nothing of a session is left in an engine that does not answer. */
  const forgotten = new Map<string, string>()

  async function sweepOne(name: LiveRunner): Promise<void> {
    const runner = await loadRunner(name, config)
    const report = await sweepRunner(runner, filter)
    if ('message' in report) {
      const { message, hint } = report
      return void sweep.unreachable.push({ runner: name, message, hint, sessions: await sessionsIn(runner) })
    }
    sweep.removed.push(...report.removed)
    sweep.kept.push(...report.kept)
    await runner.close?.()
  }

  /** The sessions of which something may be left in the engine of a runner. */
  async function sessionsIn(runner: Runner): Promise<string[]> {
    const sessions: string[] = []
    for (const { session, path } of folders.filter(({ note }) => note?.runners.includes(runner.name as LiveRunner))) {
      const reason = await runner.forgets?.(path)
      if (reason)
        forgotten.set(session, reason)
      else
        sessions.push(session)
    }
    return sessions
  }

  try {
    // Programs first: they would go on making things.
    await sweepOne('shell')
    names.delete('shell')
    await Promise.all([...names].map(sweepOne))
  }
  finally {
    await rm(workDir, { recursive: true, force: true })
  }
  for (const { session, path } of folders) {
    // Without its folder, nobody would know any more that the session left something there.
    if (sweep.unreachable.some(({ sessions }) => sessions.includes(session)))
      continue
    if (!dryRun)
      await rm(path, { recursive: true, force: true })
    const reason = forgotten.get(session)
    sweep.removed.push({ kind: 'folder', name: path, session, ...reason && { reason } })
  }
  return sweep
}

async function sweepRunner(
  runner: Runner,
  filter: SweepFilter,
): Promise<SweepReport | { message: string, hint: string }> {
  if (!runner.sweep)
    return { removed: [], kept: [] }
  try {
    const probe = await runner.probe(AbortSignal.timeout(PROBE_TIMEOUT))
    return probe.available ? await runner.sweep(filter) : { message: probe.reason, hint: probe.hint }
  }
  catch (error) {
    return toErrorInfo(error)
  }
}

/** Runners are made for a session; this is none, and opens what it needs in a folder of its own. */
function configFor(notes: SessionNote[], privateDir: string, env: SweepOptions['env']): RunnerConfig {
  const contexts = notes.flatMap(note => note.settings.contexts)
  return { sessionId: '', deckDir: privateDir, privateDir, settings: settingsSchema.parse({ contexts }), labels: {}, env, standingOf: cluster => standingOf(cluster, env) }
}

function reasonToKeep(labels: Record<string, string>): string | undefined {
  const owner = labels[LABELS.owner] ?? ''
  const pid = pidOf(owner)
  if (!pid)
    return owner ? `who made it cannot be told: its owner is ${owner}` : 'who made it cannot be told: it names no owner'
  return {
    alive: `its session is running, process ${pid}`,
    unknown: 'its owner is a process of another machine or container',
    dead: undefined,
  }[ownerState(owner)]
}
