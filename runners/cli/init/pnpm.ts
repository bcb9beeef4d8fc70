import type { Document } from 'yaml'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { parseDocument } from 'yaml'
import { StepError } from '../../protocol/error.ts'

/** Where pnpm reads what npm has in package.json. */
export const WORKSPACE = 'pnpm-workspace.yaml'

/**
 * What is faster with a program built at its installation, and works without: pnpm ends with an error until it is
 * told.
 */
const UNBUILT = ['cpu-features', 'protobufjs', 'ssh2']
/**
 * pnpm gives Slidev's comark the newest markdown-it, which is not the one that it asks for, and Slidev cannot be
 * loaded.
 */
const PEERS = { 'markdown-it': '^14.1.0' }

/** Whether the folder is one of pnpm's, or pnpm calls us. */
export function usesPnpm(dir: string): boolean {
  return ['pnpm-lock.yaml', WORKSPACE].some(name => existsSync(join(dir, name))) || (process.env.npm_config_user_agent ?? '').startsWith('pnpm')
}

/** Writes what the project needs into pnpm's file; what stands in it stays. */
export async function writeWorkspace(
  dir: string,
  overrides: Record<string, string>,
  bringsNode: boolean,
): Promise<void> {
  const document = await readWorkspace(dir)
  for (const [path, value] of lackingSettings(document, overrides, bringsNode))
    document.setIn(path, value)
  await writeFile(join(dir, WORKSPACE), document.toString())
}

/** What pnpm's file of a project lacks, as it would stand in it; empty where it lacks nothing. */
export async function lackingWorkspace(
  dir: string,
  overrides: Record<string, string>,
  bringsNode: boolean,
): Promise<string> {
  const lacking = parseDocument('')
  for (const [path, value] of lackingSettings(await readWorkspace(dir), overrides, bringsNode))
    lacking.setIn(path, value)
  return lacking.contents ? lacking.toString() : ''
}

function lackingSettings(
  document: Document,
  overrides: Record<string, string>,
  bringsNode: boolean,
): [path: string[], value: string | boolean][] {
  const settings: [string[], string | boolean][] = [
    ...Object.entries({ ...overrides, ...PEERS }).map(([name, version]): [string[], string] => [['overrides', name], version]),
    ...UNBUILT.map((name): [string[], boolean] => [['allowBuilds', name], false]),
    ...bringsNode ? [[['allowBuilds', 'node'], true] as [string[], boolean]] : [],
  ]
  return settings.filter(([path]) => !document.hasIn(path))
}

/** Throws StepError `bad-file` where the file cannot be read. */
async function readWorkspace(dir: string): Promise<Document> {
  const file = join(dir, WORKSPACE)
  const document = parseDocument(existsSync(file) ? await readFile(file, 'utf8') : '')
  if (document.errors.length)
    throw new StepError('bad-file', `${file} is no YAML: ${document.errors[0]!.message}`, 'Mend it first.')
  return document
}
