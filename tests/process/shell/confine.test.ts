import type { Runner, RunnerConfig } from '../../../runners/protocol/runner.ts'
import type { Kept } from '../../docker/_runners.ts'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseDeck } from '../../../runners/deck/parse.ts'
import { formatPlan, toPlan } from '../../../runners/deck/plan/plan.ts'
import { createShells } from '../../../runners/kubernetes/shell.ts'
import { parseGrant } from '../../../runners/protocol/grant.ts'
import { settingsSchema } from '../../../runners/protocol/headmatter.ts'
import createShellRunner from '../../../runners/shell/runner.ts'
import { ROOT } from '../../_cli.ts'
import { canConfine } from '../../_confine.ts'
import { step } from '../../_session.ts'
import { contextOf, handOver } from '../../docker/_runners.ts'

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-confine-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

async function configOf(settings: object = {}): Promise<RunnerConfig> {
  const [deckDir, privateDir] = [await folder(), await folder()]
  return { sessionId: 'test', deckDir, privateDir, settings: settingsSchema.parse({ confine: true, ...settings }), labels: {}, env: { PATH: process.env.PATH } }
}

const confined = await canConfine()

/** A session's shell: each call runs a block in it, which goes on after what is refused. */
async function shell(
  settings?: object,
): Promise<{
  config: RunnerConfig
  runner: Runner
  run: (code: string, id?: string) => Promise<{ out: string, code: number }>
}> {
  const config = await configOf(settings)
  const runner = createShellRunner(config)
  onTestFinished(() => runner.close!())
  const handed = handOver()
  return {
    config,
    runner,
    async run(code, id = 'a') {
      const context: Kept = contextOf(config, id, handed())
      await runner.run(step(id, { code, lang: 'bash', keepGoing: true }), context)
      return { out: context.output().replaceAll('\r', ''), code: context.exit()!.code }
    },
  }
}

describe.skipIf(!confined && !process.env.CI)('a confined shell', () => {
  it('reads the deck\'s folder and the system, and nothing else of the machine', async () => {
    const { config, run } = await shell()
    const secret = join(await folder(), 'secret')
    await writeFile(secret, 'secret')
    await writeFile(join(config.deckDir, 'file'), 'of the deck\n')
    expect(await run('pwd; cat file; test -r /etc/passwd && test -x /usr/bin/env && echo system')).toEqual({ out: `${config.deckDir}\nof the deck\nsystem\n`, code: 0 })
    const { out } = await run(`cat ${secret}; ls -A /; ls ${homedir()} ${ROOT}`)
    expect(out).not.toMatch(/^secret$|package\.json/m)
    expect(out.match(/No such file/g)!.length).toBeGreaterThanOrEqual(2)
    expect(out).not.toMatch(/^(?:boot|mnt|srv|media)$/m)
  })

  it('writes to its own HOME and /tmp only, which last from block to block', async () => {
    const { config, run } = await shell()
    const { out } = await run('echo x >here; echo x >/usr/x; echo x >/x; echo x >/etc/x; echo x >/sys/x; echo x >/proc/sys/kernel/hostname; cd /tmp; echo kept >a; echo home >~/b; export C=carried')
    expect(out.match(/Read-only file system/g)).toHaveLength(6)
    expect(existsSync(join(config.deckDir, 'here'))).toBe(false)
    expect(existsSync('/tmp/a')).toBe(false)
    expect(await run('pwd; cat a ~/b; echo $C')).toEqual({ out: '/tmp\nkept\nhome\ncarried\n', code: 0 })
  })

  it('finds no way out: not by processes, mounts, devices or signals', async () => {
    const { run } = await shell()
    const { out } = await run(`
      ls /proc | grep -c '^[0-9]'
      kill -0 ${process.pid} 2>&1
      cat /proc/1/root/etc/hostname /proc/1/environ 2>&1
      umount /etc 2>&1; mount -o remount,rw /etc 2>&1; unshare --user --map-root-user --mount sh -c 'mount -o remount,rw,bind /etc || umount /etc' 2>&1
      nsenter -t 1 --mount true 2>&1
      ls -l /dev | grep -c '^b'
      id -u`)
    const [processes, ...rest] = out.trim().split('\n')
    expect(Number(processes)).toBeLessThan(12)
    expect(rest.slice(0, 3)).toEqual([expect.stringContaining('No such process'), expect.stringContaining('ermission denied'), expect.stringContaining('ermission denied')])
    expect(rest.slice(-2)).toEqual(['0', String(process.getuid!())])
    expect(rest.join('\n')).toMatch(/nsenter: .*(?:denied|not permitted)/)
    expect(rest.join('\n')).not.toContain('remounted')
    expect((await run('echo x >/etc/kamishibai-was-here')).code).not.toBe(0)
  })

  it('is a terminal with a controlling tty, and tells how it ended', async () => {
    const { run } = await shell()
    expect(await run('tty | grep -o /dev/pts; stty size; : </dev/tty && echo tty; exit 3')).toEqual({ out: '/dev/pts\n5 40\ntty\n', code: 3 })
    expect((await run('kill -9 $$')).code).toBe(137)
  })

  it('keeps what runs in the background, until the session ends', async () => {
    const { config, runner, run } = await shell()
    await run('mkfifo /tmp/pipe; (trap "" HUP; while :; do echo answer >/tmp/pipe; done) &')
    expect((await run('cat /tmp/pipe | head -1')).out).toContain('answer')
    await runner.close!()
    expect(existsSync(join(config.privateDir, 'rooms', '1', 'usr'))).toBe(false)
    expect(await programsOf(config.privateDir)).toEqual([])
  })

  it('gets for one step what a grant mounts', async () => {
    const { config, run } = await shell()
    const data = await folder()
    await writeFile(join(data, 'file'), 'data\n')
    config.settings.grants.push(`mount:${data}:ro:reads`, 'mount:.:rw:writes')
    expect(await run(`cat ${data}/file; echo x >${data}/file`, 'reads')).toMatchObject({ out: expect.stringMatching(/^data\n.*Read-only file system/) as string })
    expect(await run('echo written >made', 'writes')).toEqual({ out: '', code: 0 })
    expect(await readFile(join(config.deckDir, 'made'), 'utf8')).toBe('written\n')
    expect((await run(`cat ${data}/file made; echo x >made`)).out).toMatch(/No such file[^\n]*\nwritten\n[^\n]*Read-only/)
  })

  it('calls kamishibai cluster where the deck may, and is told the grant where it may not', async () => {
    const call = async (grants: string[]): Promise<{ out: string, code: number }> => {
      const { config, runner } = await shell({ grants })
      const offered = createShells(config, grants.map(grant => parseGrant(grant)!), { name: 'none', server: 'https://127.0.0.1:1', file: '' } as never, () => {})
      onTestFinished(() => offered.close())
      const context = contextOf(config, 'a', { environment: await offered.environment('a', '') })
      await runner.run(step('a', { code: `code=0; kamishibai cluster cut n2 || code=$?; ls -1 ${ROOT}; exit $code`, lang: 'bash', timeoutMs: 20_000 }), context)
      return { out: context.output().replaceAll('\r', ''), code: context.exit()!.code }
    }
    const granted = await call(['cluster:cut'])
    // The session's own service says so: it is in no cluster of ours.
    expect(granted.out).toContain('Kamishibai did not make the cluster of this session')
    expect(granted).toMatchObject({ code: 1, out: expect.stringMatching(/^node_modules\npackage\.json\nrunners\n/m) as string })
    const refused = await call([])
    expect(refused.out).toMatch(/^The deck confines its shells .* the grant cluster:create or cluster:cut in its headmatter\.$/m)
    expect(refused.code).toBe(2)
  })

  it('comes up in little time', async () => {
    const { run } = await shell()
    await run('true')
    const started = performance.now()
    await run('true')
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it.runIf(process.getuid?.() === 0)('is there for an ordinary user too', { timeout: 60_000 }, async () => {
    const deckDir = await folder()
    await writeFile(join(deckDir, 'deck.md'), '---\nkamishibai: {confine: true}\n---\n\n# A\n\n```sh {run id=a keep-going expect="match=/^uid=65534.*secret.: No such/s"}\nid; cat /etc/shadow; ls /root/secret; true\n```\n')
    await chmod(deckDir, 0o777)
    const { out, code } = await cli(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, join(ROOT, 'runners/cli/bin.mjs'), 'check', join(deckDir, 'deck.md'), '--mode', 'live', '--trust'], { HOME: deckDir })
    expect(out).toContain('1 of 1 steps ok')
    expect(code).toBe(0)
  })
})

it.skipIf(!confined && !process.env.CI)('runs nothing where no shell can be confined, says why, and doctor says it before', { timeout: 60_000 }, async () => {
  const deck = await folder()
  const made = join(deck, 'made')
  await mkdir(join(deck, 'state'))
  await writeFile(join(deck, 'deck.md'), `---\nkamishibai: {confine: true}\n---\n\n# A\n\n\`\`\`sh {run id=a}\n>${made}\n\`\`\`\n`)
  // In a namespace of its own root may forbid any further one.
  const within = (...args: string[]): Promise<{ out: string, code: number }> => cli(['unshare', '--user', '--map-root-user', 'sh', '-c', 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"', 'sh', process.execPath, join(ROOT, 'runners/cli/bin.mjs'), ...args])
  const { out, code } = await within('check', join(deck, 'deck.md'), '--mode', 'live', '--trust')
  expect(out).toMatch(/the deck confines its shells \(confine: true\), and this machine gives no user namespaces: .+ remove confine:/)
  expect(code).toBe(1)
  expect(existsSync(made)).toBe(false)
  const { checks } = JSON.parse((await within('doctor', join(deck, 'deck.md'), '--json')).out) as { checks: object[] }
  expect(checks).toContainEqual(expect.objectContaining({ id: 'engine-shell', ok: false, message: expect.stringContaining('no user namespaces') as string, fix: expect.stringContaining('Play the recordings') as string }))
})

it('stands in the plan, and is a setting that can be wrong', async () => {
  const deck = join(await folder(), 'deck.md')
  await writeFile(deck, '---\nkamishibai: {confine: true}\n---\n# A\n')
  const plan = toPlan(await parseDeck(deck))
  expect(plan.confine).toBe(true)
  expect(formatPlan(plan)).toContain('confine  its shells see this folder')
  await writeFile(deck, '---\nkamishibai: {confine: yes please}\n---\n# A\n')
  expect((await parseDeck(deck)).problems).toMatchObject([{ line: 2, message: 'kamishibai.confine cannot be "yes please": write true or false' }])
})

function cli([file, ...args]: string[], env: Record<string, string> = {}): Promise<{ out: string, code: number }> {
  return new Promise(resolve => execFile(file!, args, { cwd: ROOT, env: { ...process.env, KUBECONFIG: '', XDG_STATE_HOME: join(tmpdir(), 'kamishibai-no-state'), XDG_CACHE_HOME: join(tmpdir(), 'kamishibai-no-cache'), ...env } }, (error, out) => resolve({ out, code: error ? Number(error.code) : 0 })).stdin!.end())
}

/** Programs that have a file of this folder in their environment. */
async function programsOf(dir: string): Promise<string[]> {
  const { out } = await cli(['sh', '-c', 'ls /proc'])
  return out.split('\n').filter(name => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dir) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : []
    }
    catch {
      return []
    }
  })
}
