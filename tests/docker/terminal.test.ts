import type { Step } from '../../runners/protocol/step.ts'
import type { Kept } from './_runners.ts'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StepError } from '../../runners/protocol/error.ts'
import createShellRunner from '../../runners/shell/runner.ts'
import { step } from '../_session.ts'
import { configOf, contextOf, handOver } from './_runners.ts'

const SLOW = { timeout: 10_000 }

/** The arguments of a process; empty for one that has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  }
  catch {
    return ''
  }
}

describe.skipIf(process.platform === 'win32').each(['sh', 'bash'])('an %s {terminal} step', (lang) => {
  async function open() {
    const config = await configOf(undefined)
    const runner = createShellRunner(config)
    onTestFinished(() => runner.close!())
    const hand = handOver()
    const start = (visible: string, options: Partial<Step> = {}) => {
      let type: (data: string) => void = () => {}
      let resize: (cols: number, rows: number) => void = () => {}
      const context = contextOf(config, 'x', { ...hand(), onInput: handler => void (type = handler), onResize: handler => void (resize = handler) })
      const terminal = step('x', { verb: 'terminal', lang, visible, code: visible, expect: [], ...options })
      const over = runner.run(terminal, context).then(() => context.exit(), (error: unknown) => error)
      return {
        context,
        over,
        type: (data: string) => type(data),
        resize: (cols: number, rows: number) => resize(cols, rows),
      }
    }
    return { config, runner, hand, start }
  }
  const typed = (context: Kept): unknown => context.payloads.findLast(p => p.type === 'progress')

  it('types its lines, each when the one before has been answered, and stays open for the presenter', async () => {
    const { start } = await open()
    const { context, over, type } = start('echo one\nsleep 0.6; echo two\nuname')
    await expect.poll(() => typed(context), SLOW).toEqual({ type: 'progress', label: 'typing', done: 3, total: 3 })
    const seen = stripVTControlCharacters(context.output()).replaceAll(/\n\r/g, '\n')
    expect(seen).toBe('$ echo one\r\none\r\n$ sleep 0.6; echo two\r\ntwo\r\n$ uname\r\nLinux\r\n$ ')
    type('echo $((6*7))\r')
    await context.shown(/[\r\n]42\r\n/)
    type('exit 3\r')
    expect(await over).toEqual({ type: 'exit', code: 3 })
  })

  it('leaves the last line to the presenter where it says enter=no', async () => {
    const { start } = await open()
    const { context, over, type } = start('echo one\necho two', { enter: false })
    await expect.poll(() => typed(context), SLOW).toMatchObject({ done: 2, total: 2 })
    expect(stripVTControlCharacters(context.output()).replaceAll(/\n\r/g, '\n')).toBe('$ echo one\r\none\r\n$ echo two')
    type('\r')
    await context.shown(/[\r\n]two\r\n/)
    type('exit\r')
    await over
  })

  it('runs hidden lines unseen, and hands directory and variables on to the next block', async () => {
    const { config, runner, hand, start } = await open()
    await mkdir(join(config.deckDir, 'sub'))
    const { context, over, type } = start('cd sub\nexport TALK=kamishibai', { hidden: ['SECRET=hush'] })
    await expect.poll(() => typed(context), SLOW).toMatchObject({ done: 2 })
    type('echo "it is $SECRET"\r')
    await context.shown(/it is hush/)
    type('exit\r')
    await over
    expect(context.output()).not.toContain('SECRET=')
    const next = contextOf(config, 'y', hand())
    await runner.run(step('y', { lang, code: 'echo "$TALK in $(basename "$PWD")"; env | grep -c "^ENV=" || true' }), next)
    expect(next.output()).toBe('kamishibai in sub\r\n0\r\n')
  })

  it('gives Ctrl-C to the program in front, and goes on', async () => {
    const { start } = await open()
    const { context, over, type } = start('sh -c "echo up; exec sleep 100"')
    await context.shown(/[\r\n]up\r\n/)
    type('\x03')
    type('echo after\r')
    await context.shown(/after\r\n[\s\S]*after\r\n/)
    expect(typed(context)).toMatchObject({ done: 1, total: 1 })
    type('exit 0\r')
    expect(await over).toMatchObject({ code: 0 })
  })

  it('keeps what the presenter types meanwhile for the end of the typing', async () => {
    const { start } = await open()
    const { context, type } = start('echo one')
    await context.shown(/\$ $/)
    type('echo mine\r')
    await context.shown(/one\r\n[\s\S]*[\r\n]mine\r\n/)
    expect(context.output()).toContain('echo one\r\n')
  })

  it('follows a new size', async () => {
    const { start } = await open()
    const { context, type, resize } = start('stty size')
    await context.shown(/5 40/)
    resize(100, 30)
    type('stty size\r')
    await context.shown(/30 100/)
  })

  it('takes the terminal away from all that runs in it when it is cancelled', async () => {
    const { config, start } = await open()
    const { context, over } = start('sh -c "echo \\$\\$ >front; exec sleep 41112"')
    const file = join(config.deckDir, 'front')
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8'), SLOW).toMatch(/\d\n/)
    const pid = Number(readFileSync(file, 'utf8'))
    const before = performance.now()
    context.abort(new StepError('cancelled', 'enough'))
    expect(await over).toMatchObject({ code: 'cancelled' })
    expect(performance.now() - before).toBeLessThan(1500)
    await expect.poll(() => commandOf(pid)).toBe('')
  })
})
