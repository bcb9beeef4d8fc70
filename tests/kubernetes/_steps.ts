import type { Runner, RunnerConfig } from '../../runners/protocol/runner.ts'
import type { Step } from '../../runners/protocol/step.ts'
import type { Kept } from '../docker/_runners.ts'
import type { TestCluster } from '../engines/kubernetes.ts'
import { rm } from 'node:fs/promises'
import createRunner from '../../runners/kubernetes/runner.ts'
import { step } from '../_session.ts'
import { contextOf } from '../docker/_runners.ts'
import { configFor } from './_cluster.ts'

/** A runner with a session of its own on a cluster, whose `yaml {apply}` steps a test runs one by one. */
export interface Applier {
  runner: Runner
  config: RunnerConfig
  namespace: string
  /** Starts a step; `over` resolves with what went wrong. */
  start: (id: string, code: string, options?: Partial<Step>) => { context: Kept, over: Promise<unknown> }
  /** Applies, and gives what went wrong. */
  apply: (id: string, code: string, options?: Partial<Step>) => Promise<{ error: unknown, output: string }>
  close: () => Promise<void>
}

/** Opens the session, with these settings of a deck; the caller closes it. */
export async function openApplier(cluster: TestCluster, settings: object = {}): Promise<Applier> {
  const config = await configFor(cluster, settings)
  const runner = createRunner(config)
  await runner.watch!(() => {}, new AbortController().signal)
  const start: Applier['start'] = (id, code, options = {}) => {
    const context = contextOf(config, id)
    const over = runner.run(step(id, { verb: 'apply', runner: 'kubernetes', lang: 'yaml', code, visible: code, ...options }), context).then(() => undefined, (error: unknown) => error)
    return { context, over }
  }
  return {
    runner,
    config,
    namespace: `kamishibai-${config.sessionId}`,
    start,
    async apply(id, code, options) {
      const { context, over } = start(id, code, options)
      return { error: await over, output: context.output() }
    },
    async close() {
      await runner.close!()
      await rm(config.privateDir, { recursive: true, force: true })
    },
  }
}

/** A Deployment with one container, written as in a fence. */
export function deployment(name: string, container: string, replicas = 1): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - {name: main, ${container}}
`
}

/** A ConfigMap, written as in a fence. */
export function configMap(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: b}\n`
}
