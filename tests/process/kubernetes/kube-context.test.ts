import type { Server } from 'node:net'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findContext } from '../../../runners/kubernetes/kube-context.ts'

describe('the context for a session', () => {
  let dir: string
  let env: Record<string, string>
  let server: Server
  let requests: number
  let port: number

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'kamishibai-context-'))
    env = { HOME: dir, KUBECONFIG: join(dir, 'config'), XDG_STATE_HOME: join(dir, 'state') }
    requests = 0
    server = createServer(() => void requests++)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as { port: number }).port
  })

  afterEach(async () => {
    server.close()
    await rm(dir, { recursive: true, force: true })
  })

  async function write(contexts: Record<string, string>, current: string, file = env.KUBECONFIG!): Promise<void> {
    const names = Object.keys(contexts)
    await writeFile(file, JSON.stringify({
      'current-context': current,
      'contexts': names.map(name => ({ name, context: { cluster: name, user: name } })),
      'clusters': names.map(name => ({ name, cluster: { server: contexts[name] } })),
    }))
  }

  async function own(name: string): Promise<void> {
    const folder = join(dir, 'state', 'kamishibai', 'clusters', name)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'cluster.json'), JSON.stringify({ name, maker: 'two-node', createdAt: '' }))
    await write({ [`kamishibai-${name}`]: 'https://10.250.0.1:6443' }, `kamishibai-${name}`, join(folder, 'kubeconfig'))
  }

  it('refuses one that may be any cluster, and sends it nothing', async () => {
    await write({ production: `https://127.0.0.1:${port}` }, 'production')
    expect(await findContext({ env, contexts: [] })).toMatchObject({ reason: 'the context production may be any cluster', hint: expect.stringContaining('contexts: [NAME]') })
    expect(requests).toBe(0)
  })

  it.each(['https://203.0.113.9:6443', 'https://[2001:db8::9]:6443', 'https://[::ffff:203.0.113.9]:6443', 'https://no-such-host.invalid:6443'])('refuses an allowed name whose server is %s', async (address) => {
    await write({ 'kind-talk': address }, 'kind-talk')
    expect(await findContext({ env, contexts: [] })).toMatchObject({ reason: expect.stringContaining(`the server of the context kind-talk is ${address}`) })
  })

  it.each(['https://127.0.0.1:6443', 'https://localhost:6443', 'https://10.0.0.1:6443', 'https://192.168.49.2:8443', 'https://[::1]:6443', 'https://[fd00::1]:6443'])('takes an allowed name at %s', async (address) => {
    await write({ 'kind-talk': address }, 'kind-talk')
    expect(await findContext({ env, contexts: [] })).toMatchObject({ name: 'kind-talk', server: address })
  })

  it('takes what the deck names, though not at a public address', async () => {
    await write({ 'lab': 'https://10.1.2.3:6443', 'far': 'https://203.0.113.9:6443', 'kind-talk': 'https://127.0.0.1:1' }, 'kind-talk')
    expect(await findContext({ env, contexts: ['lab'] })).toMatchObject({ name: 'lab' })
    expect(await findContext({ env, contexts: ['far'] })).toMatchObject({ reason: expect.stringContaining('public address') })
    expect(await findContext({ env, contexts: ['none'] })).toMatchObject({ reason: expect.stringContaining('in no kubeconfig'), hint: expect.stringContaining('lab') })
  })

  it('takes the cluster that Kamishibai made before any other, whatever the current context is', async () => {
    await write({ production: `https://127.0.0.1:${port}`, minikube: 'https://127.0.0.1:1' }, 'production')
    await own('talk')
    expect(await findContext({ env, contexts: [] })).toMatchObject({ name: 'kamishibai-talk', server: 'https://10.250.0.1:6443' })
    expect(requests).toBe(0)
  })

  it('asks which, where several would do', async () => {
    await write({ 'kind-a': 'https://127.0.0.1:1', 'kind-b': 'https://127.0.0.1:2', 'other': 'https://127.0.0.1:3' }, 'other')
    expect(await findContext({ env, contexts: [] })).toMatchObject({ reason: expect.stringContaining('several clusters: kind-a, kind-b') })
  })

  it('says what to do where there is none', async () => {
    expect(await findContext({ env, contexts: [] })).toMatchObject({ reason: 'there is no cluster for demos', hint: expect.stringContaining('kamishibai cluster create') })
  })
})
