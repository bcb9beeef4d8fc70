import type { RunnerConfig } from '../protocol/runner.ts'
import type { Access, Api } from './api.ts'
import type { Setup } from './guard.ts'
import type { AllowedContext } from './kube-context.ts'
import type { KubeObject } from './objects.ts'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StepError } from '../protocol/error.ts'
import { LABELS } from '../protocol/runner.ts'
import { createApi, isRefusal, toStepError } from './api.ts'
import { kubeconfigIn } from './gone.ts'
import { ACCOUNT, guardSetup, namespaceOf, namespaceSetup } from './guard.ts'
import { removeSpace } from './sweep.ts'

/** The session's own place in a cluster. */
export interface Space {
  namespace: string
  context: AllowedContext
  /** As the session's account: all that steps and watches do. */
  api: Api
  /**
   * As the presenter: only what makes and takes away this place, and objects of the whole cluster that a grant names.
   */
  admin: Api
  /** A kubeconfig of the session's account, whose token is renewed in its file. */
  kubeconfig: string
  /** Removes the namespace and what was made for it. */
  close: () => Promise<void>
}

/** Life of a token in s; it is renewed at half of it. */
const TOKEN_LIFE = 3600
/** How often it is said that the session lives, in ms, and for how long it then counts, in s. */
const LEASE = { every: 10_000, seconds: 40 }
/** How long the cluster may take to enforce the guard, in ms. */
const GUARD_LIMIT = 10_000

/** API paths of all in a session's namespace that no step made. */
export function keptIn(namespace: string, config: RunnerConfig): Set<string> {
  return new Set([
    ...guardSetup(namespace, config).map(({ path, object }) => `${path}/${object.metadata.name}`),
    leasePath(namespace),
    `/api/v1/namespaces/${namespace}/configmaps/kube-root-ca.crt`,
  ])
}

/**
 * Makes the namespace of the session with its guard, and resolves once the cluster enforces it; every `beat` ms it is
 * told that the session lives.
 */
export async function openSpace(
  context: AllowedContext,
  access: Access,
  config: RunnerConfig,
  { beat = LEASE.every } = {},
): Promise<Space> {
  const admin = createApi(access)
  const namespace = namespaceOf(config.sessionId)
  const tls = await access.options()
  const agent = new Agent({
    keepAlive: true,
    ca: tls.ca,
    rejectUnauthorized: tls.rejectUnauthorized,
    servername: tls.servername,
  })
  let token = ''
  let tokenAt = 0
  const api = createApi({
    server: access.server,
    options: async () => ({ agent, headers: { Authorization: `Bearer ${token}` } }),
  })
  const over = new AbortController()
  try {
    const kubeconfig = await writeKubeconfig(config.privateDir, {
      name: context.name,
      server: access.server,
      tls,
      namespace,
    })
    await create(admin, namespaceSetup(namespace, config), config.sessionId)
    await Promise.all(guardSetup(namespace, config).map(setup => make(admin, setup)))
    await renewToken()
    await Promise.all([guardHolds(api, namespace), renewLease()])
    void every(beat, over.signal, async () => {
      await renewLease()
      // By the clock on the wall: timers stand still while a lid is closed.
      if (Date.now() > tokenAt + TOKEN_LIFE * 500)
        await renewToken()
    })
    return { namespace, context, api, admin, kubeconfig, close }
  }
  catch (error) {
    // What was there before is somebody's.
    if (!(error instanceof Taken))
      await close().catch(() => {})
    throw toStepError(error)
  }

  async function close(): Promise<void> {
    over.abort()
    agent.destroy()
    await removeSpace(admin, namespace)
  }

  async function renewToken(): Promise<void> {
    const asked = Date.now()
    const { body } = await admin.send<{ status: { token: string } }>(
      'POST',
      `/api/v1/namespaces/${namespace}/serviceaccounts/${ACCOUNT}/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: TOKEN_LIFE } },
    )
    token = body.status.token
    tokenAt = asked
    const path = tokenFile(config.privateDir)
    await writeFile(`${path}.new`, token, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }

  async function renewLease(): Promise<void> {
    await admin.send('PATCH', leasePath(namespace), leaseOf(config.labels[LABELS.owner]), {
      query: { fieldManager: 'kamishibai-session', force: true },
      contentType: 'application/apply-patch+yaml',
    })
  }
}

/** Does `work` every `ms` until aborted; a cluster that is away for a while must not end this. */
async function every(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await delay(ms, undefined, { ref: false, signal }).catch(() => {})
    if (!signal.aborted)
      await work().catch(() => {})
  }
}

/** The sign of life of a session, as of now. */
function leaseOf(owner: string | undefined): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: ACCOUNT },
    spec: {
      holderIdentity: owner,
      leaseDurationSeconds: LEASE.seconds,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    },
  }
}

function leasePath(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${ACCOUNT}`
}

function tokenFile(privateDir: string): string {
  return join(privateDir, 'kubernetes', 'token')
}

/** A namespace of the session's name that is not the session's. */
class Taken extends StepError {}

/** Makes the namespace; one that this session made, when the answer was lost, is its own. */
async function create(admin: Api, { path, object }: Setup, sessionId: string): Promise<void> {
  const { name } = object.metadata
  try {
    await admin.send('POST', path, object)
  }
  catch (error) {
    if (!isRefusal(error, 409))
      throw error
    const { metadata } = await admin.get<KubeObject>(`${path}/${name}`)
    if (metadata.labels?.[LABELS.session] !== sessionId)
      throw new Taken('name-taken', `the namespace ${name} is there already, and is left as it is`, 'Start again: each session takes a name of its own.', { cause: error })
  }
}

/** Makes an object; one that the cluster itself made meanwhile is taken over. */
async function make(admin: Api, { path, object }: Setup): Promise<void> {
  await admin.send('PATCH', `${path}/${object.metadata.name}`, object, { query: { fieldManager: 'kamishibai-session', force: true }, contentType: 'application/apply-patch+yaml' })
}

/**
 * Resolves once the account may work in its namespace, and is refused what the policy forbids: both take a moment to
 * spread.
 */
async function guardHolds(api: Api, namespace: string): Promise<void> {
  const forbidden = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'kamishibai-probe' }, spec: { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] } }
  const limit = Date.now() + GUARD_LIMIT
  while (Date.now() < limit) {
    const refusal = await api.send('POST', `/api/v1/namespaces/${namespace}/services`, forbidden, { query: { dryRun: 'All' } }).then(() => undefined, (error: unknown) => error)
    const nodes = await api.get('/api/v1/nodes', { query: { limit: 1 } }).then(() => undefined, (error: unknown) => error)
    if (!nodes && isRefusal(refusal, 403, 422) && refusal.message.includes('ValidatingAdmissionPolicy'))
      return
    const lasting = [refusal, nodes].find(error => error && !isRefusal(error, 401, 403, 422))
    if (lasting)
      throw lasting
    await delay(50)
  }
  throw new StepError('not-available', `the cluster does not enforce the session's guard within ${GUARD_LIMIT / 1000} s`, 'Does its API server run with admission plugins of its own?')
}

async function writeKubeconfig(privateDir: string, { name, server, tls, namespace }: { name: string, server: string, tls: Awaited<ReturnType<Access['options']>>, namespace: string }): Promise<string> {
  await mkdir(join(privateDir, 'kubernetes'), { recursive: true, mode: 0o700 })
  const path = kubeconfigIn(privateDir)
  const ca = tls.ca && Buffer.from(tls.ca as Buffer).toString('base64')
  await writeFile(path, JSON.stringify({
    'apiVersion': 'v1',
    'kind': 'Config',
    'current-context': name,
    'contexts': [{ name, context: { cluster: name, user: ACCOUNT, namespace } }],
    'clusters': [{
      name,
      cluster: { server, ...ca && { 'certificate-authority-data': ca }, ...tls.rejectUnauthorized === false && { 'insecure-skip-tls-verify': true }, ...tls.servername && { 'tls-server-name': tls.servername } },
    }],
    'users': [{ name: ACCOUNT, user: { tokenFile: tokenFile(privateDir) } }],
  }, null, 2), { mode: 0o600 })
  return path
}
