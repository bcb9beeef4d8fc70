import { execFile } from 'node:child_process'
import process from 'node:process'
import { StepError } from '../protocol/error.ts'

/** How long a program may take to say its version, in ms. */
const PATIENCE = 5000

/**
 * A Node that takes TypeScript as it is: that of the machine, else the one that runs this. Throws StepError
 * `missing-tool` where both are too old.
 */
export async function typescriptNode(path: string): Promise<string> {
  if (stripsTypes(await versionOf('node', path)))
    return 'node'
  if (stripsTypes(process.versions.node))
    return process.execPath
  throw new StepError('missing-tool', `no Node here takes TypeScript; this one is ${process.versions.node}`, 'Install Node 22.18 or newer, or name another program: run: { ts: tsx } under kamishibai: in the headmatter.', { params: { text: 'node' } })
}

/** Whether a version of Node, as in `24.1.0`, removes types by itself. */
export function stripsTypes(version: string | undefined): boolean {
  const [major = 0, minor = 0] = version?.split('.').map(Number) ?? []
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

function versionOf(program: string, path: string): Promise<string | undefined> {
  return new Promise(resolve => execFile(program, ['--version'], { env: { PATH: path }, timeout: PATIENCE }, (error, out) =>
    resolve(error ? undefined : out.trim().replace(/^v/, ''))))
}
