import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { writeRecord } from '../../../../runners/kubernetes/cluster/place.ts'
import { settingsSchema } from '../../../../runners/protocol/headmatter.ts'
import { deadOwner } from '../../../_owner.ts'
import { kamishibai } from '../../../_present.ts'

it('forgets the sessions whose cluster is gone for good, and tells those whose cluster only does not answer', { timeout: 60_000 }, async () => {
  const tmp = await mkdtemp(join(tmpdir(), 'kbt-'))
  onTestFinished(() => rm(tmp, { recursive: true, force: true }))
  const env = { TMPDIR: tmp, XDG_STATE_HOME: join(tmp, 'state'), KUBECONFIG: join(tmp, 'config'), DOCKER_HOST: 'unix:///nowhere/docker.sock' }
  const owner = await deadOwner()
  const nowhere = (name: string): string => JSON.stringify({ 'current-context': name, 'contexts': [{ name, context: { cluster: name, user: name } }], 'clusters': [{ name, cluster: { server: 'https://127.0.0.1:1' } }], 'users': [{ name, user: {} }] })
  await writeFile(env.KUBECONFIG, nowhere('kind-there'))

  /** The folder of a session that was killed, and the context that it worked in. */
  async function leave(session: string, context?: string): Promise<string> {
    const folder = join(tmp, `kamishibai-${session}`)
    await mkdir(join(folder, 'kubernetes'), { recursive: true, mode: 0o700 })
    await writeFile(join(folder, 'session.json'), JSON.stringify({ session, owner, deckDir: tmp, runners: ['shell', 'kubernetes'], settings: settingsSchema.parse({}) }))
    if (context)
      await writeFile(join(folder, 'kubernetes', 'config'), nowhere(context))
    return folder
  }

  const deleted = await leave('aaaaaaa1', 'kamishibai-deleted')
  const unknown = await leave('aaaaaaa2', 'kind-deleted')
  const unused = await leave('aaaaaaa3')
  const away = await leave('aaaaaaa4', 'kind-there')
  const stopped = await leave('aaaaaaa5', 'kamishibai-stopped')
  writeRecord(env, { name: 'stopped', maker: 'kind', createdAt: '' })

  const told = kamishibai(['sweep', '--dry-run'], { env })
  expect(await told.ended, told.output()).toBe(1)
  expect(told.output()).toContain(`would remove  folder     ${deleted}  (session aaaaaaa1: its cluster kamishibai-deleted is gone)`)
  expect(told.output()).toContain(`${unknown}  (session aaaaaaa2: its cluster kind-deleted is gone)`)
  expect(told.output()).toContain(`${unused}  (session aaaaaaa3: it had nothing in a cluster)`)
  expect(told.output()).toMatch(/kubernetes: .*Session aaaaaaa4, aaaaaaa5 may have left something there, which stays/)

  await kamishibai(['sweep'], { env }).ended
  expect([deleted, unknown, unused, away, stopped].map(existsSync)).toEqual([false, false, false, true, true])
})
