import type { RequestOptions } from 'node:https'
import type { Access } from './api.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { StepError } from '../protocol/error.ts'

/** The access that a context of a kubeconfig gives its user: certificates, tokens, or a helper program of theirs. */
export async function accessOf(kubeconfig: string, context: string): Promise<Access> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  config.setCurrentContext(context)
  const cluster = config.getCurrentCluster()
  if (!cluster)
    throw new StepError('bad-file', `the context ${context} of ${kubeconfig} names a cluster that is not in it`, 'Look at it: kubectl config view')
  return {
    server: cluster.server,
    async options() {
      const options: RequestOptions = {}
      await config.applyToHTTPSOptions(options)
      return options
    },
  }
}

type Named<K extends string> = { name: string } & Record<K, Record<string, unknown>>

interface Kubeconfig {
  'contexts': Named<'context'>[]
  'clusters': Named<'cluster'>[]
  'users': Named<'user'>[]
  'current-context'?: string
}

/** Writes a kubeconfig of this one context to `to`: whatever else is in the user's, no step sees it. */
export async function writeContext(kubeconfig: string, name: string, to: string): Promise<void> {
  const config = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig
  const contexts = config.contexts.filter(context => context.name === name)
  const [{ cluster, user }] = contexts.map(({ context }) => context) as [{ cluster: string, user: string }]
  // Files are named as seen from the kubeconfig.
  const rooted = (part: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(part).map(([key, value]) => [key, /^(?:certificate-authority|client-certificate|client-key|tokenFile)$/.test(key) ? resolve(dirname(kubeconfig), String(value)) : value]))
  await writeFile(to, JSON.stringify({
    'apiVersion': 'v1',
    'kind': 'Config',
    'current-context': name,
    contexts,
    'clusters': config.clusters.filter(own => own.name === cluster).map(own => ({ ...own, cluster: rooted(own.cluster) })),
    'users': config.users.filter(own => own.name === user).map(own => ({ ...own, user: rooted(own.user) })),
  }), { mode: 0o600 })
}
