import type { Session } from '../../../../runners/service/session/session.ts'
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { writeRecording } from '../../../../runners/service/store/recordings.ts'
import { machineLack } from '../../../../runners/shell/machine.ts'
import createShellRunner from '../../../../runners/shell/runner.ts'
import { kamishibai } from '../../../_cli.ts'
import { logOf, output, recordingOf } from '../../../_recordings.ts'
import { exits, sessionOf, step } from '../../../_session.ts'

const recording = recordingOf(logOf([[0, { type: 'phase', phase: 'running' }], [1, output('as recorded\r\n')], [2, { type: 'exit', code: 0 }], [2, { type: 'phase', phase: 'exited', expectations: [] }]]))

describe('a step that requires what is not here', () => {
  const steps = [step('policy', { requires: ['policy'] }), step('after', { needs: ['policy'] }), step('two', { requires: ['nodes:2'] }), step('plain')]
  const open = async (mode: Session['mode']): Promise<Session> => {
    const session = await sessionOf(steps, exits(), {
      mode,
      recordings: { policy: recording, after: recording },
      offers: async requirement => requirement === 'nodes:2' ? true : requirement === 'policy' ? 'the network of this cluster enforces no policy' : undefined,
    })
    onTestFinished(async () => void await session.close())
    return session
  }

  it('plays its recording and says why, and so does what needs it', async () => {
    const session = await open('auto')
    for (const id of ['policy', 'after']) {
      const run = session.start(id)
      expect(run.info).toMatchObject({ mode: 'replay', fallback: { code: 'lacking', message: 'policy requires policy: the network of this cluster enforces no policy' } })
      expect((await run.moment).phase).toBe('exited')
    }
  })

  it('leaves the others live', async () => {
    const session = await open('auto')
    expect(session.start('two').info.mode).toBe('live')
    expect(session.start('plain').info).toMatchObject({ mode: 'live' })
    expect(session.lackOf(steps[3]!)).toBeUndefined()
  })

  it('is no news where all is replayed', async () => {
    const { info } = (await open('replay')).start('policy')
    expect(info.mode).toBe('replay')
    expect(info.fallback).toBeUndefined()
  })
})

describe('what a shell offers', () => {
  const QEMU = process.arch === 'arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64'

  async function folder(files: string[] = []): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'kamishibai-machine-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    for (const file of files) {
      await mkdir(dirname(join(dir, file)), { recursive: true })
      await writeFile(join(dir, file), '#!/bin/sh\n', { mode: 0o755 })
    }
    return dir
  }

  it('is a machine emulator for vm; of other things it knows nothing', async () => {
    const empty = await folder()
    const runner = createShellRunner({ env: { PATH: empty }, deckDir: empty, settings: {} } as never)
    expect(await runner.offers!('vm')).toBe(`there is no QEMU on this machine (${QEMU})`)
    expect(await runner.offers!('policy')).toBeUndefined()
    await writeFile(join(empty, QEMU), '', { mode: 0o755 })
    expect(await runner.offers!('vm')).toBe(true)
  })

  it('is all that the deck\'s own machine is made of, as its find.sh sees it', async () => {
    const boot = await folder()
    const deckDir = await folder(['demo/vm/boot.sh'])
    await copyFile(join(import.meta.dirname, '../../../../slides/demo/vm/find.sh'), join(deckDir, 'demo/vm/find.sh'))
    const path = await folder(['ldd'])
    const lack = () => machineLack({ path, deckDir, boot })
    /** Whether find.sh finds all; it looks for kernels in /boot, too, which may have one here. */
    const found = () => new Promise<boolean>(resolve =>
      execFile('/bin/sh', ['-c', `here=${deckDir}/demo/vm; . $here/find.sh`], { env: { PATH: path } }, error => resolve(!error)))

    expect([await lack(), await found()]).toEqual(['there is no QEMU on this machine (qemu-system-x86_64)', false])
    await writeFile(join(path, 'qemu-system-x86_64'), '', { mode: 0o755 })
    expect(await lack()).toBe('there is no Linux kernel for the virtual machine')
    await writeFile(join(deckDir, 'demo/vm/vmlinuz'), '')
    expect([await lack(), await found()]).toEqual(['there is no busybox for the virtual machine', false])
    await writeFile(join(path, 'busybox'), '', { mode: 0o755 })
    expect([await lack(), await found()]).toEqual([expect.stringContaining('is not static'), false])
    await writeFile(join(path, 'ldd'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    expect([await lack(), await found()]).toEqual([undefined, true])
    await rm(join(deckDir, 'demo/vm/vmlinuz'))
    await writeFile(join(boot, 'vmlinuz-6.1.0-cloud-amd64'), '')
    expect(await lack()).toBeUndefined()
  })
})

// Programs of their own, on machines that may be slow.
describe('check and record where no engine offers policy', { timeout: 60_000 }, () => {
  const fences = '# T\n\n```sh {run id=cut requires=policy}\ntrue\n```\n\n```sh {run id=after needs=cut}\ntrue\n```\n\n```sh {run id=plain}\ntrue\n```\n'

  async function deckOf(recorded: string[]): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'kamishibai-requires-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const deck = join(dir, 'deck.md')
    await writeFile(deck, fences)
    const parsed = await parseDeck(deck)
    for (const { id, hash } of parsed.steps.filter(({ id }) => recorded.includes(id)))
      await writeRecording(parsed, { ...recording, header: { ...recording.header, step: id, hash } })
    return deck
  }

  const live = async (deck: string, ...args: string[]) => {
    const { code, out } = await kamishibai('check', deck, '--mode', 'live', '--trust', '--reporter', 'json', ...args)
    const { ok, steps } = JSON.parse(out) as {
      ok: boolean
      steps: { id: string, ok: boolean, phase: string, skipped?: object, recording: object | null }[]
    }
    return { code, ok, steps }
  }
  const skipped = { code: 'requires', message: expect.stringMatching(/^cut requires policy: \S/) as string }

  it('are content with a fresh and green recording', async () => {
    const deck = await deckOf(['cut', 'after', 'plain'])
    expect(await live(deck)).toMatchObject({ code: 0, ok: true, steps: [{ id: 'cut', ok: true, phase: 'exited', skipped, recording: { fresh: true } }, { id: 'after', ok: true, skipped }, { id: 'plain', ok: true, phase: 'exited' }] })
    const { out } = await kamishibai('check', deck, '--mode', 'live', '--trust')
    expect(out).toMatch(/^- cut .*\n {4}cut requires policy: \S/m)
    expect(out).toContain('3 of 3 steps ok')
  })

  it('are never content with it under --strict', async () => {
    expect(await live(await deckOf(['cut', 'after', 'plain']), '--strict')).toMatchObject({ code: 1, ok: false, steps: [{ ok: false, skipped }, { ok: false, skipped }, { ok: true }] })
  })

  it('are not without one', async () => {
    expect(await live(await deckOf(['after', 'plain']))).toMatchObject({ code: 1, ok: false, steps: [{ id: 'cut', ok: false, skipped, recording: null }, { ok: true }, { ok: true }] })
  })

  it('leave recordings as they are', async () => {
    const deck = await deckOf(['cut', 'after'])
    const { code, out } = await kamishibai('record', deck, '--trust')
    expect(code).toBe(0)
    expect(out).toMatch(/- cut [\s\S]*its recording stays[\s\S]*plain [\s\S]*written[\s\S]*1 of 3 steps recorded, 2 skipped/)
  })
})
