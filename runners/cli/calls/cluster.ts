import type { Argv } from 'yargs'
import { withNotes } from '../io/help.ts'
import { finish } from './finish.ts'
import { json } from './options.ts'

const MAKERS = ['kind', 'k3d', 'minikube', 'two-node'] as const

function clusterName<T>(args: Argv<T>): Argv<T & { name?: string, json: boolean }> {
  return withNotes(args, 'cluster').positional('name', { type: 'string', default: 'talk', describe: 'Its name' }).option('json', json) as Argv<T & { name?: string, json: boolean }>
}

function nodeOf<T>(args: Argv<T>): Argv<T & { node: string, name?: string, json: boolean }> {
  return withNotes(args, 'cluster').positional('node', { type: 'string', demandOption: true, describe: 'The node, as kubectl get nodes names it' })
    .option('name', { type: 'string', describe: 'Its cluster; talk, if left out, and in a step the one of the session' })
    .option('json', json) as Argv<T & { node: string, name?: string, json: boolean }>
}

/** What makes clusters, and takes them away. */
export function clusterCalls(cli: Argv): void {
  cli
    .command('cluster', 'Make a cluster for the talk, or take it away', args => withNotes(args, 'cluster')
      .example('$0 cluster create', 'the cluster talk, context kamishibai-talk')
      .example('$0 cluster cut talk-worker2', 'a node is gone, and back with join')
      .command('create [name]', 'Make one: with kind, k3d or minikube, else two nodes built from source', own => clusterName(own)
        .option('maker', { choices: MAKERS, describe: 'What makes it; by default the first that works here' })
        .example('$0 cluster create', 'the cluster talk, context kamishibai-talk'), async (own) => {
        await finish(undefined, async () => (await import('../commands/cluster.ts')).create(own))
      })
      .command('status [name]', 'The clusters that Kamishibai made here', own => withNotes(own, 'cluster')
        .example('$0 cluster status', 'all of them')
        .positional('name', { type: 'string', describe: 'Only this one' })
        .option('json', json), async (own) => {
        await finish(undefined, async () => (await import('../commands/cluster.ts')).status(own))
      })
      .command('delete [name]', 'Remove a cluster that Kamishibai made', own => clusterName(own)
        .example('$0 cluster delete', 'the cluster talk'), async (own) => {
        await finish(undefined, async () => (await import('../commands/cluster.ts')).remove(own))
      })
      .command('cut <node>', 'Take a node off the network of the cluster', own => nodeOf(own)
        .example('$0 cluster cut talk-worker2', 'its pods move to other nodes'), async (own) => {
        await finish(undefined, async () => (await import('../commands/cluster.ts')).link(own, false))
      })
      .command('join <node>', 'Give it back', own => nodeOf(own)
        .example('$0 cluster join talk-worker2', ''), async (own) => {
        await finish(undefined, async () => (await import('../commands/cluster.ts')).link(own, true))
      })
      .demandCommand(1, 'Say what to do with a cluster: create, status, delete, cut or join.'))
}
