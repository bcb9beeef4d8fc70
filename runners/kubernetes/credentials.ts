import type { RequestOptions } from 'node:https'
import type { Access } from './api.ts'
import { StepError } from '../protocol/error.ts'

/** The access that a context of a kubeconfig gives its user: certificates, tokens, or a helper program of theirs. */
export async function accessOf(kubeconfig: string, context: string): Promise<Access> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  config.setCurrentContext(context)
  const cluster = config.getCurrentCluster()
  if (!cluster)
    throw new StepError('bad-input', `the context ${context} of ${kubeconfig} names a cluster that is not in it`, 'Look at it: kubectl config view')
  return {
    server: cluster.server,
    async options() {
      const options: RequestOptions = {}
      await config.applyToHTTPSOptions(options)
      return options
    },
  }
}
