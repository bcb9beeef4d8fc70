import type { ClusterMaker, Making } from './maker.ts'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parse, stringify } from 'yaml'
import { command, isInstalled } from './command.ts'
import { contextOf } from './place.ts'

const CONFIGS = resolve(import.meta.dirname, '../../../slides/demo')

/** The arguments of one tool for what a maker does. */
interface Tool {
  create: (making: Making) => string[]
  images: (making: Making) => string[][]
  remove: (name: string) => string[]
  /** The context's name in the kubeconfig that the tool writes. */
  context: (name: string) => string
}

/** Nodes in containers of a Docker engine: kind 0.24 and newer, whose network enforces policies. */
export const kind = maker('kind', {
  create: ({ name }) => ['create', 'cluster', '--name', name, '--config', join(CONFIGS, 'kind.yaml'), '--wait', '120s'],
  images: ({ name, images }) => images.map(image => ['load', 'docker-image', '--name', name, image]),
  remove: name => ['delete', 'cluster', '--name', name],
  context: name => `kind-${name}`,
})

/** k3s in containers of a Docker engine. */
export const k3d = maker('k3d', {
  create: ({ name }) => ['cluster', 'create', name, '--config', join(CONFIGS, 'k3d.yaml'), '--kubeconfig-update-default=true', '--kubeconfig-switch-context=false', '--wait'],
  images: ({ name, images }) => [['image', 'import', '--cluster', name, ...images]],
  remove: name => ['cluster', 'delete', name],
  context: name => `k3d-${name}`,
})

/** Minikube with two nodes and a network that enforces policies. */
export const minikube = maker('minikube', {
  create: ({ name }) => ['start', '--profile', name, '--nodes', '2', '--cni', 'calico', '--extra-config', 'kubeadm.pod-network-cidr=10.1.0.0/16', '--keep-context'],
  images: ({ name, images }) => images.map(image => ['image', 'load', '--profile', name, image]),
  remove: name => ['delete', '--profile', name],
  context: name => name,
})

function maker(program: string, tool: Tool): ClusterMaker {
  /** The tool writes a kubeconfig of its own here, and leaves the user's alone. */
  const environment = ({ dir, env }: Pick<Making, 'dir' | 'env'>): Making['env'] => ({ ...env, KUBECONFIG: join(dir, 'kubeconfig') })
  return {
    missing: env => isInstalled(program, env) ? undefined : `${program} is not installed`,
    async create(making) {
      const options = {
        env: { ...environment(making), ...(making.dockerHost && { DOCKER_HOST: making.dockerHost }) },
        signal: making.signal,
      }
      making.progress(`${program} makes the cluster`)
      await command(program, tool.create(making), options)
      await renameContext(join(making.dir, 'kubeconfig'), tool.context(making.name), contextOf(making.name))
      making.progress('loading images')
      for (const args of tool.images(making))
        await command(program, args, options)
    },
    async remove(making) {
      await command(program, tool.remove(making.name), { env: environment(making) })
    },
  }
}

interface Kubeconfig { contexts: { name: string }[], [field: string]: unknown }

/** Clusters and users keep the names that contexts call them by. */
async function renameContext(kubeconfig: string, from: string, to: string): Promise<void> {
  const config = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig
  const contexts = config.contexts.map(context => context.name === from ? { ...context, name: to } : context)
  await writeFile(kubeconfig, stringify({ ...config, contexts, 'current-context': to }))
  await chmod(kubeconfig, 0o600)
}
