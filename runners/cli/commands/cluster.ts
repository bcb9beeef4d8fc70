import type { Cluster } from '../../kubernetes/cluster/cluster.ts'
import type { ClusterRequest } from '../../kubernetes/cluster/command-socket.ts'
import type { Progress } from '../../kubernetes/cluster/maker.ts'
import type { Maker } from '../../kubernetes/cluster/place.ts'
import type { ClusterState } from '../../kubernetes/cluster/states.ts'
import process from 'node:process'
import { createCluster, deleteCluster, linkNode, listClusters } from '../../kubernetes/cluster/cluster.ts'
import { askService, SERVICE } from '../../kubernetes/cluster/command-socket.ts'
import { statesOf } from '../../kubernetes/cluster/states.ts'
import { StepError } from '../../protocol/error.ts'
import { createWaiting } from '../process/waiting.ts'

/** What every node can run without a registry. */
const IMAGES = ['kamishibai/demo:1']
/** The cluster of the talk. */
const NAME = 'talk'

export interface ClusterCommand { name?: string, json: boolean }

/**
 * `kamishibai cluster create`: makes a cluster for a talk; Ctrl-C takes back what is made so far. Resolves with the
 * exit code.
 */
export async function create({ name = NAME, json, maker }: ClusterCommand & { maker?: Maker }): Promise<number> {
  const stop = new AbortController()
  const onSignal = (): void => {
    waiting.tell('taking back what was made')
    stop.abort(new StepError('cancelled', `the cluster ${name} was not made`, 'Nothing of it is left.'))
  }
  const waiting = createWaiting()
  const began = Date.now()
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    const cluster = inStep()
      ? await ask({ action: 'create', name, maker, images: IMAGES }, waiting.tell) as unknown as Cluster
      : await createCluster({
          name,
          maker,
          env: process.env,
          images: IMAGES,
          progress: waiting.tell,
          signal: stop.signal,
        })
    waiting.end()
    if (json)
      process.stdout.write(`${JSON.stringify(publicOf(cluster), null, 2)}\n`)
    else
      process.stdout.write(`The cluster ${name} is ready after ${Math.round((Date.now() - began) / 1000)} s, made by ${cluster.maker}. Its context is ${cluster.context}.\n${inStep() ? '' : `  kubectl --kubeconfig ${cluster.kubeconfig} get nodes\n`}`)
    return 0
  }
  finally {
    waiting.end()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

/**
 * `kamishibai cluster status`: the clusters that Kamishibai made here, or one of them; resolves with 1 where that is
 * not there.
 */
export async function status({ name, json }: ClusterCommand): Promise<number> {
  const states = inStep() ? (await ask({ action: 'status', name })).clusters as ClusterState[] : await statesOf(process.env, name)
  if (json) {
    process.stdout.write(`${JSON.stringify({ clusters: states }, null, 2)}\n`)
    return name && !states.length ? 1 : 0
  }
  for (const { name: own, maker, context, createdAt, nodes, error } of states) {
    const words = error ?? nodes.map(node => `${node.name} ${node.ready ? 'Ready' : 'NotReady'}`).join(', ')
    process.stdout.write(`${own.padEnd(12)} ${maker.padEnd(9)} ${context.padEnd(20)} since ${createdAt}  ${words}\n`)
  }
  if (!states.length)
    process.stdout.write(`Kamishibai made no cluster${name ? ` ${name}` : ''} here. Make one: kamishibai cluster create\n`)
  return name && !states.length ? 1 : 0
}

/** `kamishibai cluster delete`: removes a cluster that Kamishibai made. */
export async function remove({ name = NAME, json }: ClusterCommand): Promise<number> {
  const waiting = createWaiting()
  if (inStep() || listClusters(process.env).some(cluster => cluster.name === name))
    waiting.tell(`removing ${name}`)
  try {
    await (inStep() ? ask({ action: 'delete', name }) : deleteCluster(process.env, name))
  }
  finally {
    waiting.end()
  }
  process.stdout.write(json ? `${JSON.stringify({ deleted: name })}\n` : `The cluster ${name} is gone.\n`)
  return 0
}

/** `kamishibai cluster cut NODE` and `join NODE`: takes a node off the network of its cluster, or gives it back. */
export async function link({ name, json, node }: ClusterCommand & { node: string }, isUp: boolean): Promise<number> {
  const done = inStep() ? await ask({ action: isUp ? 'join' : 'cut', name, node }) : { cluster: name ?? NAME }
  if (!inStep())
    await linkNode(process.env, name ?? NAME, node, isUp)
  process.stdout.write(json ? `${JSON.stringify({ cluster: done.cluster, node, joined: isUp })}\n` : `${node} is ${isUp ? 'on' : 'off'} the network of ${String(done.cluster)}.\n`)
  return 0
}

function publicOf({ name, maker, createdAt, context, kubeconfig }: Cluster): Pick<Cluster, 'name' | 'maker' | 'createdAt' | 'context' | 'kubeconfig'> {
  return { name, maker, createdAt, context, kubeconfig }
}

/** In a step, the service of its session carries commands out, as far as the deck's grants go. */
function inStep(): boolean {
  return Boolean(process.env.KAMISHIBAI_STATE)
}

async function ask(request: ClusterRequest, progress: Progress = () => {}): Promise<Record<string, unknown>> {
  const path = process.env[SERVICE]
  if (!path)
    throw new StepError('not-granted', 'a step may not call for clusters', 'Give the deck the grant cluster:create or cluster:cut in its headmatter.')
  return askService(path, request, progress)
}
