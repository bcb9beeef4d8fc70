import type { Digests } from './files.ts'
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { z } from 'zod'

const approvalSchema = z.object({
  deck: z.string(),
  hash: z.string(),
  approvedAt: z.iso.datetime(),
  files: z.record(z.string(), z.string()),
})

/** What a user has once approved: a deck with all its files. */
export type Approval = z.infer<typeof approvalSchema>

/** Approvals of a deck that are kept: who goes back to an earlier version is not asked again. */
const KEPT = 10

/** Where programs keep state of the user that is no document of theirs. */
export function stateDir(
  env: Record<string, string | undefined>,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = env.HOME ?? homedir()
  if (env.XDG_STATE_HOME?.startsWith('/'))
    return join(env.XDG_STATE_HOME, 'kamishibai')
  if (platform === 'darwin')
    return join(home, 'Library', 'Application Support', 'kamishibai')
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'kamishibai')
  return join(home, '.local', 'state', 'kamishibai')
}

/** The approvals of the deck `file` (an absolute path), the newest first. */
export async function readApprovals(file: string, env: Record<string, string | undefined>): Promise<Approval[]> {
  const folder = folderOf(file, env)
  const approvals: Approval[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const parsed = approvalSchema.safeParse(await readJson(join(folder, name)))
    if (parsed.success && parsed.data.deck === file)
      approvals.push(parsed.data)
  }
  return approvals.sort((a, b) => b.approvedAt.localeCompare(a.approvedAt))
}

/** Remembers that the user approved the deck with these files. */
export async function writeApproval(approval: Approval, env: Record<string, string | undefined>): Promise<void> {
  const folder = folderOf(approval.deck, env)
  await writePrivate(folder, `${approval.hash}.json`, approval)
  for (const { hash } of (await readApprovals(approval.deck, env)).slice(KEPT))
    await rm(join(folder, `${hash}.json`), { force: true })
}

/** An approval of now. */
export function toApproval(deck: string, hash: string, files: Digests): Approval {
  return { deck, hash, approvedAt: new Date().toISOString(), files }
}

function folderOf(file: string, env: Record<string, string | undefined>): string {
  return join(stateDir(env), 'trust', createHash('sha256').update(file).digest('hex').slice(0, 32))
}

/** Writes a file of the user alone, whole or not at all. */
export async function writePrivate(folder: string, name: string, content: unknown): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, name)
  // A name that nobody can have put a link at, and that two processes at once do not share.
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  await rename(draft, path)
}

/** What a file holds; undefined where it is not there, or no JSON. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  }
  catch {
    return undefined
  }
}
