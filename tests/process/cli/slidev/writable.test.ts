import type { Result } from '../../../_cli.ts'
import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { saveRecording } from '../../../../runners/service/store/recordings.ts'
import { BIN, ROOT } from '../../../_cli.ts'
import { logOf, recordingOf } from '../../../_recordings.ts'

const NOBODY = 65534
const isRoot = process.getuid?.() === 0

let home: string
/** A project in which Slidev is installed, and that nobody but its owner can write. */
let project: string
let deck: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kamishibai-home-'))
  await chmod(home, 0o777)
  project = await mkdtemp(join(tmpdir(), 'kamishibai-read-only-'))
  deck = join(project, 'deck.md')
  await mkdir(join(project, 'node_modules/@slidev'), { recursive: true })
  await symlink(join(ROOT, 'node_modules/@slidev/cli'), join(project, 'node_modules/@slidev/cli'))
  await writeFile(join(project, 'package.json'), '{}')
  await writeFile(deck, `---\ntheme: none\naddons: ['${ROOT}']\n---\n\n# A\n\n\`\`\`sh {run id=a}\ntrue\n\`\`\`\n`)
  await chmod(join(project, 'node_modules'), 0o555)
  await chmod(project, 0o555)
})
afterAll(async () => {
  await chmod(project, 0o755)
  await chmod(join(project, 'node_modules'), 0o755)
  await rm(project, { recursive: true, force: true })
  await rm(home, { recursive: true, force: true })
})

/** Runs `kamishibai ARGS` as somebody who is not root: that one may write everywhere. */
function asUser(...args: string[]): Promise<Result> {
  const [program, ...rest] = [...isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [], process.execPath, BIN, ...args] as [string, ...string[]]
  return new Promise((resolve) => {
    execFile(program, rest, { cwd: home, env: { ...process.env, HOME: home, TMPDIR: home, KUBECONFIG: '', XDG_CACHE_HOME: home, XDG_STATE_HOME: home } }, (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err })).stdin!.end()
  })
}

describe.skipIf(process.platform === 'win32')('a folder that may only be read', () => {
  it.each([
    ['present', '--no-open', '--mode', 'replay'],
    ['rehearse', '--no-open'],
    ['export'],
    ['export', '--format', 'html'],
    ['build'],
  ])('says in a sentence what cannot be written, before anything starts: %s %s %s', async (command, ...args) => {
    const { code, out, err } = await asUser(command, deck, ...args)
    expect(err).toBe(`the folder ${join(project, 'node_modules')} cannot be written, and Slidev keeps there what it makes of the deck. Copy the folder ${project} to one of your own, and use the deck there.\n`)
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })

  it('knows the folder of Vite too, which is that of the nearest package.json', async () => {
    const outer = await mkdtemp(join(home, 'project-'))
    await cp(project, outer, { recursive: true })
    await chmod(outer, 0o755)
    const inner = join(outer, 'slides')
    await mkdir(inner)
    await cp(deck, join(inner, 'deck.md'))
    await mkdir(join(inner, 'node_modules'))
    await chmod(join(inner, 'node_modules'), 0o777)
    const locked = join(outer, 'node_modules')
    await chmod(locked, 0o555)
    expect((await asUser('edit', join(inner, 'deck.md'), '--no-open')).err).toContain(`the folder ${locked} cannot be written, and Vite keeps there the packages that it makes ready for the browser. Copy`)
    await chmod(locked, 0o755)
  })

  it('record says so too, before a run is lost, and so do --keep and --trim', async () => {
    for (const args of [['--trust'], ['--keep', 'a'], ['--trim', '2s']])
      expect(await asUser('record', deck, ...args)).toEqual({ code: 1, out: '', err: `the folder ${project} cannot be written, and the recordings of the deck lie there. Copy the folder ${project} to one of your own, and use the deck there.\n` })
  })

  it('doctor calls it a risk', async () => {
    const { checks } = JSON.parse((await asUser('doctor', deck, '--json')).out) as { checks: object[] }
    expect(checks).toContainEqual({ id: 'writable', ok: false, severity: 'risk', message: expect.stringContaining('cannot be written') as string, fix: expect.stringContaining('Copy the folder') as string })
  })

  it('checks a deck all the same', async () => {
    const parsed = await parseDeck(deck)
    await chmod(project, 0o755)
    await saveRecording(parsed, recordingOf(logOf([[0, { type: 'phase', phase: 'running' }], [1, { type: 'exit', code: 0 }], [1, { type: 'phase', phase: 'exited' }]]), { step: 'a', hash: parsed.steps[0]!.hash }))
    await chmod(project, 0o555)
    expect((await asUser('check', deck)).out).toContain('1 of 1 steps ok')
  })
})
