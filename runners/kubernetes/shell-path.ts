import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { builtBinaries } from './cluster/binaries.ts'
import { isInstalled } from './cluster/command.ts'

/** The path of a shell that has kubectl: the one that was built for the two-node cluster, where the machine has none of its own. */
export function pathWithKubectl(env: Record<string, string | undefined>, privateDir: string): { PATH?: string } {
  if (isInstalled('kubectl', env))
    return {}
  const kubectl = join(builtBinaries(env), 'kubectl')
  if (!existsSync(kubectl))
    return {}
  const folder = join(privateDir, 'kubernetes', 'bin')
  const link = join(folder, 'kubectl')
  mkdirSync(folder, { recursive: true })
  if (!existsSync(link))
    symlinkSync(kubectl, link)
  return { PATH: `${env.PATH ?? ''}${delimiter}${folder}` }
}
