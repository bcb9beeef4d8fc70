import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { logOf, recordingOf } from '../../../_recordings.ts'
import { exits, sessionOf, step } from '../../../_session.ts'

let path: string
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'kamishibai-programs-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  await writeFile(join(path, 'sh'), '', { mode: 0o755 })
  await writeFile(join(path, 'no-program'), '', { mode: 0o644 })
  await mkdir(join(path, 'a-folder'))
})

describe.skipIf(process.platform === 'win32')('a step that calls what is not on this machine', () => {
  const portable = step('portable', { code: 'echo before\npodman ps' })
  const steps = [
    portable,
    step('later', { needs: ['portable'] }),
    step('other'),
    step('file', { code: 'no-program' }),
    step('folder', { code: 'a-folder' }),
  ]
  const recordings = Object.fromEntries(steps.map(({ id }) => [id, recordingOf(logOf([[0, { type: 'phase', phase: 'exited' }]]), { step: id })]))

  it('plays its recording before it touches anything, and says why; so do those that need it', async () => {
    const ran: string[] = []
    const session = await sessionOf(steps, async (context, { id }) => exits()(context, portable).then(() => void ran.push(id)), { path, recordings })
    onTestFinished(() => session.close().then(() => {}))
    for (const { id } of steps)
      await session.start(id).moment
    expect(ran).toEqual(['other'])
    const { info } = session.runOf('portable')!
    expect(info).toMatchObject({ mode: 'replay', fallback: { code: 'lacking', message: 'portable calls podman, which is not on this machine' } })
    expect(session.runOf('later')!.info).toMatchObject({ mode: 'replay', fallback: { params: { step: 'portable', requirement: 'podman' } } })
  })

  it('fails in live mode before it starts, and before what it needs does', async () => {
    const ran: string[] = []
    const session = await sessionOf([step('first'), { ...portable, needs: ['first'] }], async (context, own) => void ran.push(own.id), { path, recordings, mode: 'live' })
    onTestFinished(() => session.close().then(() => {}))
    const { phase, error } = await session.start('portable').moment
    expect({ phase, code: error?.code, message: error?.message, ran }).toEqual({ phase: 'failed', code: 'missing-tool', message: 'portable calls podman, which is not on this machine: nothing of it was run', ran: [] })
  })

  it('is live again once its program is there', async () => {
    const session = await sessionOf(steps, exits(), { path, recordings })
    onTestFinished(() => session.close().then(() => {}))
    await writeFile(join(path, 'podman'), '', { mode: 0o755 })
    await session.start('portable').moment
    expect(session.runOf('portable')!.info.mode).toBe('live')
  })
})
