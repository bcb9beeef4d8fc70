import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createCluster, deleteCluster, listClusters } from '../../../runners/kubernetes/cluster/cluster.ts'
import { nodesOf } from '../../../runners/kubernetes/cluster/nodes.ts'
import { clusterDir } from '../../../runners/kubernetes/cluster/place.ts'
import { findContext } from '../../../runners/kubernetes/kube-context.ts'

const DEMO = resolve(import.meta.dirname, '../../../slides/demo')

type Tool = 'kind' | 'k3d' | 'minikube'

/** What each tool calls the cluster `talk` in the kubeconfig that it writes. */
const NAMES: Record<Tool, { context: string, cluster: string, user: string }> = {
  kind: { context: 'kind-talk', cluster: 'kind-talk', user: 'kind-talk' },
  k3d: { context: 'k3d-talk', cluster: 'k3d-talk', user: 'admin@k3d-talk' },
  minikube: { context: 'talk', cluster: 'talk', user: 'talk' },
}

const LINES: Record<Tool, string[]> = {
  kind: [
    `kind create cluster --name talk --config ${DEMO}/kind.yaml --wait 120s`,
    'kind load docker-image --name talk a:1',
    'kind load docker-image --name talk b:1',
    'kind delete cluster --name talk',
  ],
  k3d: [
    `k3d cluster create talk --config ${DEMO}/k3d.yaml --kubeconfig-update-default=true --kubeconfig-switch-context=false --wait`,
    'k3d image import --cluster talk a:1 b:1',
    'k3d cluster delete talk',
  ],
  minikube: [
    'minikube start --profile talk --nodes 2 --cni calico --extra-config kubeadm.pod-network-cidr=10.1.0.0/16 --keep-context',
    'minikube image load --profile talk a:1',
    'minikube image load --profile talk b:1',
    'minikube delete --profile talk',
  ],
}

describe('kamishibai cluster with a tool of the machine', () => {
  let dir: string
  let env: Record<string, string>
  let api: Server

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kamishibai-makers-'))
    await mkdir(join(dir, 'bin'))
    env = { HOME: dir, PATH: `${join(dir, 'bin')}:/usr/bin:/bin`, KUBECONFIG: join(dir, 'users-own'), XDG_STATE_HOME: join(dir, 'state') }
    await writeFile(env.KUBECONFIG!, 'the user\'s')
    api = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: [{ metadata: { name: 'talk-worker' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } }] }))
    }).listen(0, '127.0.0.1')
    await once(api, 'listening')
  })

  afterEach(async () => {
    api.close()
    await rm(dir, { recursive: true, force: true })
  })

  /** A program that notes how it is called, and writes the kubeconfig that the real one would. */
  async function install(tool: Tool, exit = 0): Promise<void> {
    const { context, cluster, user } = NAMES[tool]
    const server = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
    const path = join(dir, 'bin', tool)
    await writeFile(path, `#!/bin/sh
echo "${tool} $*" >>${dir}/calls
case "$*" in
  *create*|start*)
    [ ${exit} = 0 ] || { echo "port is already allocated" >&2; exit ${exit}; }
    cat >"$KUBECONFIG" <<YAML
apiVersion: v1
kind: Config
clusters:
- cluster:
    server: ${server}
    insecure-skip-tls-verify: true
  name: ${cluster}
contexts:
- context:
    cluster: ${cluster}
    user: ${user}
  name: ${context}
current-context: ${context}
users:
- name: ${user}
  user: {token: t}
YAML
esac
`)
    await chmod(path, 0o755)
  }

  const create = (): ReturnType<typeof createCluster> => createCluster({ name: 'talk', env, images: ['a:1', 'b:1'], progress: () => {} })
  const calls = async (): Promise<string[]> => (await readFile(join(dir, 'calls'), 'utf8')).trim().split('\n')

  it.each(['kind', 'k3d', 'minikube'] as const)('%s makes it with the pod network of the talk, gets the images, and its context has our name', async (tool) => {
    await install(tool)
    const made = await create()
    expect(made).toMatchObject({ maker: tool, context: 'kamishibai-talk' })
    expect((await stat(made.kubeconfig)).mode & 0o777).toBe(0o600)
    expect(await findContext({ env, contexts: [] })).toMatchObject({ name: 'kamishibai-talk', own: true })
    // Our name is the context's alone: cluster and user are found by theirs.
    expect(await nodesOf(env, 'talk')).toMatchObject({ nodes: [{ name: 'talk-worker', ready: true }] })
    expect(await readFile(env.KUBECONFIG!, 'utf8')).toBe('the user\'s')
    await deleteCluster(env, 'talk')
    expect(await calls()).toEqual(LINES[tool])
    expect(existsSync(clusterDir(env, 'talk'))).toBe(false)
  })

  it('prefers kind to k3d, and k3d to minikube', async () => {
    await install('minikube')
    await install('k3d')
    expect(await create()).toMatchObject({ maker: 'k3d' })
    await deleteCluster(env, 'talk')
    await install('kind')
    expect(await create()).toMatchObject({ maker: 'kind' })
    await deleteCluster(env, 'talk')
  })

  it('tells in the tool\'s words why there is none, and has it take back what it made', async () => {
    await install('kind', 3)
    await expect(create()).rejects.toMatchObject({ message: expect.stringMatching(/kind create cluster --name ended with 3: port is already allocated/) })
    expect((await calls()).at(-1)).toBe('kind delete cluster --name talk')
    expect(listClusters(env)).toEqual([])
  })

  it.each(['kind', 'k3d'])('gives %s the network and the node port of the talk, on loopback only', async (tool) => {
    const text = await readFile(join(DEMO, `${tool}.yaml`), 'utf8')
    expect(() => parse(text)).not.toThrow()
    expect(text).toContain('10.1.0.0/16')
    expect(text).toContain('127.0.0.1')
  })
})
