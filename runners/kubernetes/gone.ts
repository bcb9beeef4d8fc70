import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contextOf, readRecords } from './cluster/place.ts'
import { hasContext } from './kube-context.ts'

type Env = Record<string, string | undefined>

/** Where a session's own kubeconfig lies in its private folder; written before anything is made in the cluster. */
export function kubeconfigIn(privateDir: string): string {
  return join(privateDir, 'kubernetes', 'config')
}

/**
 * Why nothing of the session with this private folder can be left in a cluster that does not answer; undefined where it
 * may be.
 */
export async function whyGone(privateDir: string, env: Env): Promise<string | undefined> {
  let text: string
  try {
    text = await readFile(kubeconfigIn(privateDir), 'utf8')
  }
  catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it had nothing in a cluster' : undefined
  }
  const context = nameIn(text)
  if (context === undefined)
    return undefined
  // What we make, only we remove: a copy of its kubeconfig may be anywhere.
  const exists = context.startsWith(contextOf('')) ? readRecords(env).some(({ name }) => contextOf(name) === context) : hasContext(env, context)
  return exists ? undefined : `its cluster ${context} is gone`
}

function nameIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { 'current-context'?: string })['current-context']
  }
  catch {
    return undefined
  }
}
