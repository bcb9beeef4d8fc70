import type { Api } from '../../runners/kubernetes/api.ts'
import type { KubeList } from '../../runners/kubernetes/objects.ts'
import type { RunnerConfig } from '../../runners/protocol/runner.ts'
import type { TestCluster } from '../engines/kubernetes.ts'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { createApi } from '../../runners/kubernetes/api.ts'
import { clusterDir, idOf } from '../../runners/kubernetes/cluster/place.ts'
import { accessOf } from '../../runners/kubernetes/credentials.ts'
import { settingsSchema } from '../../runners/protocol/headmatter.ts'
import { LABELS } from '../../runners/protocol/runner.ts'

const COLLECTIONS = [
  '/api/v1/namespaces',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
]

/** The cluster as its administrator sees it. */
export async function adminOf({
  kubeconfig,
  context,
}: TestCluster): Promise<{ api: Api, left: (session: string) => Promise<string[]> }> {
  const api = createApi(await accessOf(kubeconfig, context))
  return {
    api,
    /** Names of all that carries the session's label. */
    async left(session) {
      const lists = await Promise.all(
        COLLECTIONS.map(path => api.get<KubeList>(path, { query: { labelSelector: `${LABELS.session}=${session}` } })),
      )
      return lists.flatMap(({ items }, i) =>
        items.map(({ metadata }) => `${COLLECTIONS[i]!.split('/').at(-1)}/${metadata.name}`),
      )
    },
  }
}

/** A runner's configuration of a session of its own on the cluster, with a folder that the caller removes. */
export async function configFor({ kubeconfig, context }: TestCluster, settings: object = {}): Promise<RunnerConfig> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-test-'))
  const sessionId = randomUUID().slice(0, 8)
  return {
    sessionId,
    deckDir: dir,
    privateDir: dir,
    settings: settingsSchema.parse({ contexts: [context], ...settings }),
    labels: { [LABELS.session]: sessionId, [LABELS.deck]: 'test', [LABELS.owner]: `boot:${process.pid}:0` },
    env: { ...process.env, KUBECONFIG: kubeconfig },
  }
}

/** The same, whose folder goes with the test. */
export async function configOf(cluster: TestCluster, settings: object = {}): Promise<RunnerConfig> {
  const config = await configFor(cluster, settings)
  onTestFinished(() => rm(config.privateDir, { recursive: true, force: true }))
  return config
}

/**
 * Ends the API server of a cluster of our own; what it gives starts it again as it was, and resolves when it is ready.
 * The test's end does so at the latest.
 */
export async function stopApiServer(cluster: TestCluster): Promise<() => Promise<void>> {
  const dir = clusterDir(process.env, cluster.name!)
  const pidFile = join(dir, 'pid', 'apiserver')
  const pid = Number(readFileSync(pidFile, 'utf8'))
  const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
  process.kill(pid, 'SIGKILL')
  while (isAlive(pid))
    await delay(20)
  let starting: Promise<void> | undefined
  const startAgain = (): Promise<void> => starting ??= start()
  onTestFinished(startAgain)
  return startAgain

  async function start(): Promise<void> {
    const child = spawn('nsenter', [`--net=/run/netns/kb-${idOf(dir)}-n1`, program!, ...args], { detached: true, stdio: 'ignore' })
    child.unref()
    writeFileSync(pidFile, String(child.pid))
    const { api } = await adminOf(cluster)
    while (!await api.stream('/readyz').then(response => Boolean(response.resume()), () => false))
      await delay(100)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  }
  catch {
    return false
  }
}
