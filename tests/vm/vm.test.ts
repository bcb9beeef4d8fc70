import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import createShellRunner from '../../runners/shell/runner.ts'
import { step } from '../_session.ts'
import { configOf, contextOf } from '../docker/_runners.ts'

const VM = resolve(import.meta.dirname, '../../slides/demo/vm')
const missing = whyNot()

/** Why no machine can boot here, by the script's own word. */
function whyNot(): string | undefined {
  try {
    execFileSync('sh', ['-c', `here=${VM}; . ${VM}/find.sh`], { encoding: 'utf8', stdio: 'pipe' })
    return undefined
  }
  catch (error) {
    const reason = (error as { stdout: string }).stdout.trim()
    if (process.env.CI === 'true')
      throw new Error(`${reason} Under CI nothing is skipped.`, { cause: error })
    console.log(`vm: skipped. ${reason}`)
    return reason
  }
}

/** Virtual machines whose files lie below `dir`. */
function machinesOf(dir: string): string[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return command.startsWith('qemu-system') && command.includes(dir) ? [pid] : []
    }
    catch {
      return []
    }
  })
}

describe.skipIf(missing)('the virtual machine of the race', () => {
  it('boots, says how it runs, answers over its serial line, and ends with the session', async () => {
    const config = await configOf(undefined)
    const runner = createShellRunner(config)
    const boot = contextOf(config, 'race-vm')
    const running = runner.run(step('race-vm', { shell: 'vm', code: `sh ${VM}/boot.sh` }), boot)
    await boot.shown(/ready: Linux (\S+)/)
    expect(boot.output()).toMatch(/^accelerator: (?:KVM|none, emulated)\r\nready: Linux \d\S*\r\n$/)
    // Of the machines that were started, one stays.
    await expect.poll(() => machinesOf(config.privateDir).length, { timeout: 5000 }).toBe(1)
    const ask = contextOf(config, 'kernel-vm')
    await runner.run(step('kernel-vm', { code: `sh ${VM}/ask.sh 'uname -r; hostname; no-such-command'` }), ask)
    const [kernel, host, error] = ask.output().split('\r\n')
    expect(boot.output()).toContain(`Linux ${kernel}`)
    expect(host).toBe('vm')
    expect(error).toMatch(/not found/)
    expect(ask.exit()?.code).toBe(0)
    await runner.close!()
    await running
    expect(machinesOf(config.privateDir)).toEqual([])
  })

  it('can be booted again, and ends when its step is cancelled', async () => {
    const config = await configOf(undefined)
    const runner = createShellRunner(config)
    for (const _ of [1, 2]) {
      const boot = contextOf(config, 'race-vm')
      const running = runner.run(step('race-vm', { shell: 'vm', code: `sh ${VM}/boot.sh` }), boot)
      running.catch(() => {})
      await boot.shown(/ready/)
      boot.abort(new Error('run again'))
      await expect(running).rejects.toThrow('run again')
      expect(machinesOf(config.privateDir)).toEqual([])
    }
  })
})

it('says what is missing, and the command that gets it', async () => {
  const { privateDir } = await configOf(undefined)
  const bin = join(privateDir, 'bin')
  mkdirSync(bin)
  const shell = process.env.PATH!.split(delimiter).map(folder => join(folder, 'sh')).find(existsSync)!
  for (const name of ['sh', 'dirname'])
    symlinkSync(join(dirname(shell), name), join(bin, name))
  const { code, stdout } = await new Promise<{ code: number, stdout: string }>(resolve =>
    execFile('sh', [join(VM, 'boot.sh')], { env: { PATH: bin, HOME: privateDir } }, (error, stdout) => resolve({ code: Number(error?.code ?? 0), stdout })))
  expect(code).toBe(1)
  expect(stdout).toContain('QEMU (qemu-system-x86_64) is not installed')
  expect(stdout).toContain(`sh ${VM}/fetch.sh`)
})
