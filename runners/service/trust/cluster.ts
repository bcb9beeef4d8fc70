import type { Deck } from '../../deck/deck.ts'
import type { ClusterIdentity, ClusterStanding } from '../../protocol/runner.ts'
import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runnersOf } from '../session/engine-needs.ts'
import { loadRunner } from '../session/registry.ts'
import { readJson, stateDir, writePrivate } from './store.ts'

const approvalSchema = z.object({
  context: z.string(),
  server: z.string(),
  uid: z.string(),
  approvedAt: z.iso.datetime(),
})

/** A cluster that the user has once approved. */
export type ClusterApproval = z.infer<typeof approvalSchema>

/** A cluster that a deck's steps would use, and how the user stands to it. */
export interface TrustedCluster extends ClusterIdentity {
  standing: ClusterStanding
  /** The cluster of this context that was approved last. */
  before?: ClusterApproval
}

type Env = Record<string, string | undefined>

/** How long a cluster has to say which one it is, in ms. */
const IDENTITY_LIMIT = 10_000
/** Approvals of a context that are kept. */
const KEPT = 10

/**
 * The cluster that the deck's steps would use, of those that the user is asked about; sends one request, for its
 * identity.
 */
export async function findCluster(deck: Deck, env: Env): Promise<TrustedCluster | undefined> {
  if (!runnersOf(deck).has('kubernetes'))
    return undefined
  const runner = await loadRunner('kubernetes', { sessionId: '', deckDir: deck.dir, privateDir: deck.dir, settings: deck.settings, labels: {}, env })
  const cluster = await runner.identify?.(AbortSignal.timeout(IDENTITY_LIMIT))
  if (!cluster)
    return undefined
  const [before] = await readClusters(cluster.context, env)
  return { ...cluster, standing: await standingOf(cluster, env), before }
}

/** How the user stands to a cluster, by what was approved before. */
export async function standingOf({ context, uid }: ClusterIdentity, env: Env): Promise<ClusterStanding> {
  const approvals = await readClusters(context, env)
  return approvals.some(approval => approval.uid === uid) ? 'approved' : approvals.length ? 'changed' : 'new'
}

/** Remembers that the user approved this cluster under its context. */
export async function approveCluster({ context, server, uid }: ClusterIdentity, env: Env): Promise<void> {
  const approval: ClusterApproval = { context, server, uid, approvedAt: new Date().toISOString() }
  const folder = folderOf(context, env)
  await writePrivate(folder, fileOf(uid), approval)
  for (const { uid } of (await readClusters(context, env)).slice(KEPT))
    await rm(join(folder, fileOf(uid)), { force: true })
}

/** What the user approved under a context, the newest first. */
async function readClusters(context: string, env: Env): Promise<ClusterApproval[]> {
  const folder = folderOf(context, env)
  const approvals: ClusterApproval[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const parsed = approvalSchema.safeParse(await readJson(join(folder, name)))
    if (parsed.success && parsed.data.context === context)
      approvals.push(parsed.data)
  }
  return approvals.sort((a, b) => b.approvedAt.localeCompare(a.approvedAt))
}

function folderOf(context: string, env: Env): string {
  return join(stateDir(env), 'trust', 'clusters', digest(context))
}

/** The UID is the server's word, and no name for a file. */
function fileOf(uid: string): string {
  return `${digest(uid)}.json`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
