import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Command, CommandOptions } from '../../../_present.ts'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { approve, readTrust } from '../../../../runners/service/trust/trust.ts'
import { deckOf, kamishibai } from '../../../_present.ts'

const IDENTITY = 'GET /api/v1/namespaces/kube-system'
const QUESTION = /Run the Kubernetes steps of deck\.md on it\?/

describe('the cluster that a deck\'s steps would use', { timeout: 120_000 }, () => {
  let home: string
  let env: Record<string, string>
  let server: Server
  let address: string
  /** What the server was asked since the last look. */
  let asked: string[]
  /** The cluster that answers there now. */
  let uid: string

  beforeEach(async () => {
    uid = 'aaaa-1'
    asked = []
    server = createServer((request, response) => {
      const line = `${request.method} ${request.url!.split('?')[0]}`
      asked.push(line)
      response.writeHead(line === IDENTITY ? 200 : 403, { 'content-type': 'application/json' })
      response.end(JSON.stringify(line === IDENTITY ? { metadata: { name: 'kube-system', uid } } : { kind: 'Status', message: 'it is a fake' }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    home = await mkdtemp(join(tmpdir(), 'kbt-'))
    env = { XDG_STATE_HOME: home, TMPDIR: home, KUBECONFIG: join(home, 'config'), DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    await writeFile(env.KUBECONFIG!, JSON.stringify({
      'current-context': 'kind-talk',
      'contexts': [{ name: 'kind-talk', context: { cluster: 'c', user: 'u' } }],
      'clusters': [{ name: 'c', cluster: { 'server': address, 'insecure-skip-tls-verify': true } }],
      'users': [{ name: 'u', user: { token: 't' } }],
    }))
  })

  afterEach(async () => {
    server.close()
    server.closeAllConnections()
    await rm(home, { recursive: true, force: true })
  })

  const deck = (): Promise<string> => deckOf('```yaml {apply id=x timeout=5s}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n```\n')
  const check = (file: string, more: string[] = [], options: CommandOptions = {}): Command => kamishibai(['check', file, '--mode', 'live', ...more], { ...options, env })

  async function approvedDeck(): Promise<string> {
    const file = await deck()
    await approve(await readTrust(await parseDeck(file), env), env)
    return file
  }

  /** What was asked until the command's end, each request once. */
  async function askedUntil(command: Command): Promise<string[]> {
    await command.ended
    return [...new Set(asked.splice(0))]
  }

  it('is shown with the plan, approved with the deck, and asked about again when it is another', async () => {
    const file = await deck()
    const first = check(file, [], { terminal: true })
    await first.shown(/Run deck\.md on this machine\?/)
    expect(first.output()).toMatch(new RegExp(`cluster +kind-talk at ${address}\\s`))
    expect(new Set(asked)).toEqual(new Set([IDENTITY]))
    first.type('y')
    expect(await askedUntil(first)).toContain('GET /version')

    const again = check(file)
    expect(await askedUntil(again)).toContain('GET /version')

    uid = 'bbbb-2'
    const refused = check(file)
    expect(await askedUntil(refused)).toEqual([IDENTITY])
    expect(await refused.ended).toBe(1)
    expect(refused.output()).toContain(`the context kind-talk leads to another cluster than the one that was approved: ${address} (UID bbbb-2)`)

    const other = check(file, [], { terminal: true })
    await other.shown(QUESTION)
    expect(other.output()).toMatch(/leads to another cluster than the one that you approved[\s\S]*UID {6}bbbb-2\s+before {3}aaaa-1 at http/)
    other.type('\r')
    expect(await askedUntil(other)).toEqual([IDENTITY])

    const taken = check(file, [], { terminal: true })
    await taken.shown(QUESTION)
    taken.type('y')
    expect(await askedUntil(taken)).toContain('GET /version')
    expect(await askedUntil(check(file))).toContain('GET /version')
  })

  it('gets nothing but the question who it is, from an approved deck without a terminal, from sweep and from doctor', async () => {
    const file = await approvedDeck()
    const command = check(file)
    expect(await askedUntil(command)).toEqual([IDENTITY])
    expect(command.output()).toContain(`the cluster kind-talk at ${address} (UID aaaa-1) is not approved`)
    expect(await askedUntil(kamishibai(['sweep'], { env }))).toEqual([IDENTITY])
    const doctor = kamishibai(['doctor', file], { env })
    expect(await askedUntil(doctor)).toEqual([IDENTITY])
    expect(doctor.output()).toMatch(/the cluster kind-talk at \S+ \(UID aaaa-1\) is not approved[\s\S]*it asks about the cluster/)
  })

  it('is approved by --trust, which is remembered for the sweeps that follow', async () => {
    expect(await askedUntil(check(await deck(), ['--trust']))).toContain('GET /version')
    expect(await askedUntil(kamishibai(['sweep'], { env }))).toContain('GET /version')
  })
})
