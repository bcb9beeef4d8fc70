import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { serveClusters, SERVICE } from '../../../runners/kubernetes/cluster/command-socket.ts'
import { writeRecord } from '../../../runners/kubernetes/cluster/place.ts'

const BIN = resolve(import.meta.dirname, '../../../runners/cli/bin.mjs')

it('tells a step, whose HOME is the session\'s, how the clusters of this machine stand', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-clusters-'))
  const env = { XDG_STATE_HOME: join(dir, 'state') }
  writeRecord(env, { name: 'talk', maker: 'two-node', createdAt: '2026-01-02T03:04:05.000Z', madeBy: process.pid })
  const service = await serveClusters({ path: join(dir, 'cluster.sock'), env, grants: [{ type: 'cluster', action: 'cut' }], labels: {}, onCreated: () => {} })
  onTestFinished(async () => {
    await service.close()
    await rm(dir, { recursive: true, force: true })
  })
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, 'cluster', 'status'], { env: { PATH: process.env.PATH, HOME: dir, XDG_STATE_HOME: join(dir, 'none'), KAMISHIBAI_STATE: dir, [SERVICE]: service.path } })
  expect(stdout).toMatch(/^talk +two-node +kamishibai-talk +since 2026-01-02T03:04:05.000Z {2}not complete\n$/)
})
