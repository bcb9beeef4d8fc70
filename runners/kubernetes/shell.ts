import type { Grant } from '../protocol/grant.ts'
import type { RunnerConfig } from '../protocol/runner.ts'
import type { ClusterService, ServeOptions } from './cluster/command-socket.ts'
import type { AllowedContext } from './kube-context.ts'
import { existsSync } from 'node:fs'
import { chmod, constants, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { quote } from '../protocol/shell-quote.ts'
import { builtBinaries } from './cluster/binaries.ts'
import { serveClusters, SERVICE } from './cluster/command-socket.ts'
import { isInstalled } from './cluster/command.ts'
import { clusterDir, contextOf, idOf, readRecords } from './cluster/place.ts'
import { writeContext } from './credentials.ts'

const CLI = join(import.meta.dirname, '../cli/bin.mjs')

const NOT_GRANTED = 'The deck confines its shells (confine: true): kamishibai is there for clusters only. Give the deck the grant cluster:create or cluster:cut in its headmatter.'

/** The programs that shells may get with a cluster, for those that the machine has not. */
export function givenPrograms(env: RunnerConfig['env']): string[] {
  return ['kamishibai', ...['kubectl', 'etcdctl'].filter(name => existsSync(join(builtBinaries(env), name)))]
}

/** What shells of a session get for its cluster. */
export interface Shells {
  environment: (step: string, kubeconfig: string) => Promise<Record<string, string>>
  close: () => Promise<void>
}

/**
 * A kubeconfig of the session – the presenter's own for a step with the grant `unguarded` –, kubectl where the machine
 * has none, `kamishibai cluster` where the deck may use it, with word of the clusters that steps make, and for
 * unguarded steps etcdctl for the two-node cluster.
 */
export function createShells(config: RunnerConfig, grants: readonly Grant[], context: AllowedContext, onCluster: ServeOptions['onCreated']): Shells {
  const { env, privateDir } = config
  const folder = join(privateDir, 'kubernetes', 'bin')
  const clusters = grants.some(({ type }) => type === 'cluster')
  const record = readRecords(env).find(({ name }) => contextOf(name) === context.name)
  let serving: Promise<ClusterService> | undefined
  let programs: Promise<unknown> | undefined

  async function write(path: string, command: string): Promise<void> {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
    await writeFile(path, `#!/bin/sh\n${command}\n`)
    await chmod(path, 0o700)
  }

  const script = (path: string, words: string[]): Promise<void> => write(path, `exec ${words.map(quote).join(' ')} "$@"`)

  /** A confined shell sees nothing of where programs are kept. */
  async function copy(program: string, path: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await copyFile(program, path, constants.COPYFILE_FICLONE)
  }

  /** A confined shell has nothing of what the command needs, unless the deck may use it. */
  const refuse = (path: string): Promise<void> => write(path, `echo ${quote(NOT_GRANTED)} >&2; exit 2`)

  async function writePrograms(): Promise<void> {
    const { confine } = config.settings
    const kubectl = join(builtBinaries(env), 'kubectl')
    if (!isInstalled('kubectl', env) && existsSync(kubectl))
      await (confine ? copy(kubectl, join(folder, 'kubectl')) : script(join(folder, 'kubectl'), [kubectl]))
    await (confine && !clusters ? refuse(join(folder, 'kamishibai')) : script(join(folder, 'kamishibai'), [process.execPath, CLI]))
    if (record?.maker === 'two-node')
      await script(join(folder, 'unguarded', 'etcdctl'), ['nsenter', `--net=/run/netns/kb-${idOf(clusterDir(env, record.name))}-n1`, join(builtBinaries(env), 'etcdctl')])
  }

  return {
    async environment(step, kubeconfig) {
      await (programs ??= writePrograms())
      const unguarded = grants.some(grant => grant.type === 'unguarded' && grant.step === step)
      if (clusters)
        serving ??= serveClusters({ path: join(privateDir, 'kubernetes', 'cluster.sock'), env, grants, own: record?.name, labels: config.labels, onCreated: onCluster })
      const bare = join(privateDir, 'kubernetes', 'unguarded')
      if (unguarded)
        await writeContext(context.file, context.name, bare)
      return {
        KUBECONFIG: unguarded ? bare : kubeconfig,
        PATH: [env.PATH, folder, ...unguarded ? [join(folder, 'unguarded')] : []].filter(Boolean).join(delimiter),
        ...clusters && { [SERVICE]: (await serving!).path },
      }
    },
    async close() {
      await (await serving)?.close()
    },
  }
}
