import type { Server } from 'node:net'
import type { Service } from '../../../runners/service/service.ts'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { parseDeck } from '../../../runners/deck/parse.ts'
import { createService } from '../../../runners/service/service.ts'
import { deckOf, kamishibai } from '../../_present.ts'
import { findCluster } from '../../engines/kubernetes.ts'
import { adminOf } from '../_cluster.ts'

const cluster = inject('controlPlane')
/** Of a network that is kept for documents: nobody has it. */
const PUBLIC = '203.0.113.9'
const STEPS = ['one', 'two'].map(id => `\`\`\`yaml {apply id=${id} timeout=10s}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${id}}\n\`\`\`\n`).join('\n')

describe('a cluster that is not for demos', { timeout: 120_000 }, () => {
  let home: string
  let kubeconfig: string
  let server: Server
  /** How often somebody connected to it. */
  let asked: number

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'kbc-'))
    kubeconfig = join(home, 'config')
    asked = 0
    server = createServer(socket => void (asked++, socket.destroy()))
  })

  afterEach(async () => {
    server.close()
    await rm(home, { recursive: true, force: true })
  })

  /** Listens as the server of the context, which becomes the current one. */
  async function listen(context: string, address: string, others: Kubeconfig = {}): Promise<string> {
    if (!server.listening) {
      server.listen(0, address)
      await once(server, 'listening')
    }
    const url = `https://${address}:${(server.address() as { port: number }).port}`
    await writeFile(kubeconfig, JSON.stringify({
      ...others,
      'current-context': context,
      'contexts': [...others.contexts ?? [], { name: context, context: { cluster: context, user: context } }],
      'clusters': [...others.clusters ?? [], { name: context, cluster: { 'server': url, 'insecure-skip-tls-verify': true } }],
      'users': [...others.users ?? [], { name: context, user: { token: 't' } }],
    }))
    return url
  }

  /** What the commands say that could ask it. */
  async function say(): Promise<string> {
    const env = { XDG_STATE_HOME: home, TMPDIR: home, KUBECONFIG: kubeconfig, DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const file = await deckOf(STEPS)
    const commands = [['check', file, '--mode', 'live', '--trust'], ['sweep'], ['doctor', file]].map(args => kamishibai(args, { env }))
    await Promise.all(commands.map(({ ended }) => ended))
    return commands.map(command => command.output()).join('\n')
  }

  it('gets not one connection where its name may be any cluster\'s', async () => {
    await listen('production', '127.0.0.1')
    expect(await say()).toContain('the context production may be any cluster')
    expect(asked).toBe(0)
  })

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('gets not one connection where its name is allowed and its address public', async () => {
    execFileSync('ip', ['addr', 'add', `${PUBLIC}/32`, 'dev', 'lo'])
    onTestFinished(() => void execFileSync('ip', ['addr', 'del', `${PUBLIC}/32`, 'dev', 'lo']))
    const url = await listen('kind-talk', PUBLIC)
    expect(await say()).toContain(`the server of the context kind-talk is ${url}, which is a public address`)
    expect(asked).toBe(0)
  })

  it.skipIf(!cluster)('gets not one connection where it becomes the current one in mid-talk: the steps go on where they began', async () => {
    const theirs = parse(await readFile(cluster!.kubeconfig, 'utf8')) as Kubeconfig
    await writeFile(kubeconfig, JSON.stringify({ ...theirs, 'current-context': cluster!.context }))
    const deck = await parseDeck(await deckOf(`${STEPS}\n\`\`\`sh {run id=shell}\nkubectl get configmap one two -o name\n\`\`\`\n`))
    const service: Service = await createService({ deck, mode: 'live', live: true, anyCluster: true, env: { ...process.env, XDG_STATE_HOME: home, KUBECONFIG: kubeconfig } })
    onTestFinished(async () => void await service.close())
    expect(await service.session.start('one').moment).toMatchObject({ phase: 'exited' })
    await listen('kind-other', '127.0.0.1', theirs)
    expect(await service.session.start('two').moment).toMatchObject({ phase: 'exited' })
    expect(await service.session.start('shell').moment).toMatchObject({ phase: 'exited' })
    expect(service.session.runOf('shell')!.log.text()).toBe('configmap/one\r\nconfigmap/two\r\n')
    const { api } = await adminOf(cluster!)
    expect(await api.get(`/api/v1/namespaces/kamishibai-${service.session.id}/configmaps/two`)).toMatchObject({ metadata: { name: 'two' } })
    expect(asked).toBe(0)
  })
})

describe.skipIf(!cluster)('the cluster for tests', () => {
  it('is one that is there already and allowed, before any is made; it stays', async () => {
    const found = await findCluster('nodes', { ...process.env, KAMISHIBAI_TEST_KUBECONFIG: cluster!.kubeconfig })
    expect(found).toMatchObject({ cluster: { kubeconfig: cluster!.kubeconfig, context: cluster!.context } })
    await (found as { stop: () => Promise<void> }).stop()
    const { api } = await adminOf(cluster!)
    expect(await api.get('/version')).toMatchObject({ major: '1' })
  })
})

interface Kubeconfig { contexts?: object[], clusters?: object[], users?: object[] }
