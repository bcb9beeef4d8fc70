import type { RunnerConfig } from '../../protocol/runner.ts'
import type { RunnerName } from '../../protocol/step.ts'
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { z } from 'zod'
import { settingsSchema } from '../../protocol/headmatter.ts'
import { LABELS } from '../../protocol/runner.ts'

const FILE = 'session.json'
const RE_FOLDER = /^kamishibai-([0-9a-f]{8})$/

const noteSchema = z.object({
  session: z.string(),
  owner: z.string(),
  deckDir: z.string(),
  /** What the session may have used. */
  runners: z.array(z.enum(['shell', 'docker', 'kubernetes', 'http'])),
  settings: settingsSchema,
})

/** What a session notes in its private folder, for whoever sweeps after it. */
export type SessionNote = z.infer<typeof noteSchema>

/** A session's private folder; without a note where it cannot be read. */
export interface SessionFolder { session: string, path: string, note?: SessionNote }

/** Where the private folder of a session lies. */
export function privateDirOf(session: string): string {
  return join(tmpdir(), `kamishibai-${session}`)
}

/** Makes the session's private folder with its note; until then nothing of the session exists. */
export async function openFolder(
  { sessionId, privateDir, deckDir, settings, labels }: RunnerConfig,
  runners: Iterable<RunnerName>,
): Promise<void> {
  const note: SessionNote = { session: sessionId, owner: labels[LABELS.owner] ?? '', deckDir, runners: [...runners].filter(name => name !== 'replay'), settings }
  await mkdir(privateDir, { recursive: true, mode: 0o700 })
  await writeFile(join(privateDir, FILE), JSON.stringify(note), { mode: 0o600 })
}

/** The note in a private folder; undefined where there is none, or none that we wrote. */
export async function readNote(path: string): Promise<SessionNote | undefined> {
  try {
    const info = await lstat(path)
    // What lies in another user's folder may say anything.
    if (!info.isDirectory() || (process.getuid && info.uid !== process.getuid()))
      return undefined
    return noteSchema.parse(JSON.parse(await readFile(join(path, FILE), 'utf8')))
  }
  catch {
    return undefined
  }
}

/** The private folders of all sessions of this user, those that run too. */
export async function findFolders(): Promise<SessionFolder[]> {
  const folders: SessionFolder[] = []
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const session = RE_FOLDER.exec(name)?.[1]
    const path = join(tmpdir(), name)
    if (session && await isOurs(path))
      folders.push({ session, path, note: await readNote(path) })
  }
  return folders
}

async function isOurs(path: string): Promise<boolean> {
  const info = await lstat(path).catch(() => undefined)
  return Boolean(info?.isDirectory() && (!process.getuid || info.uid === process.getuid()))
}
