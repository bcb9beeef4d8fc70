import type { Deck } from '../../deck/deck.ts'
import type { Plan } from '../../deck/plan/plan.ts'
import type { Sources } from '../../deck/sources.ts'
import type { Digests } from './files.ts'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { toPlan } from '../../deck/plan/plan.ts'
import { isSlidevCode } from '../../deck/slidev-code.ts'
import { readSources } from '../../deck/sources.ts'
import { compareDigests, digestFiles, hashDigests } from './files.ts'
import { readApprovals, toApproval, writeApproval } from './store.ts'

/** All that a user has to know before a deck may run on this machine. */
export interface TrustPlan {
  /** The deck's file, absolute, without links. */
  file: string
  title: string
  hash: string
  digests: Digests
  plan: Plan
  /** Files below the deck's folder that Slidev runs as code, in replay too. */
  code: string[]
  sources: Sources
  approved: boolean
  /** What is different from the version that was approved last; undefined where none was. */
  changes?: ReturnType<typeof compareDigests>
}

type Env = Record<string, string | undefined>

/** Looks through a deck and its files, and whether the user has approved exactly them. */
export async function readTrust(deck: Deck, env: Env): Promise<TrustPlan> {
  const file = await realpath(deck.file)
  const sources = await readSources(deck.file)
  const used = deck.steps.flatMap(step => step.files)
  const outside = [...new Set([...sources.markdown, ...used])].filter(name => name.startsWith('..')).map(name => join(deck.dir, name))
  const digests = await digestFiles(deck.dir, [...outside, ...sources.manifest ? [sources.manifest] : []])
  const hash = hashDigests(digests)
  const approvals = await readApprovals(file, env)
  return {
    file,
    title: deck.title,
    hash,
    digests,
    plan: toPlan(deck),
    code: Object.keys(digests).filter(isSlidevCode),
    sources,
    approved: approvals.some(approval => approval.hash === hash),
    changes: approvals[0] && compareDigests(approvals[0].files, digests),
  }
}

/** Remembers the user's approval of what {@link readTrust} found. */
export async function approve({ file, hash, digests }: TrustPlan, env: Env): Promise<void> {
  await writeApproval(toApproval(file, hash, digests), env)
}
