import type { RunContext } from '../../runners/protocol/runner.ts'
import type { Step } from '../../runners/protocol/step.ts'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StepError } from '../../runners/protocol/error.ts'
import { createSanitizer } from '../../runners/service/run/sanitize.ts'
import createShellRunner from '../../runners/shell/runner.ts'
import { step } from '../_session.ts'
import { configOf, contextOf, handOver } from './_runners.ts'

describe.skipIf(process.platform === 'win32')('an sh {run} step', () => {
  async function open(settings: unknown = {}) {
    const config = await configOf(undefined, settings)
    Object.assign(config.env, { SECRET: 'hush', NAMED: 'seen', TZ: 'Asia/Tokyo' })
    const runner = createShellRunner(config)
    onTestFinished(() => runner.close!())
    const hand = handOver()
    const run = async (code: string, options: Partial<Step> = {}, context: Partial<RunContext> = {}) => {
      const kept = contextOf(config, 'x', { ...hand(options.shell), ...context })
      await runner.run(step('x', { code, ...options }), kept)
      return { output: kept.output(), exit: kept.exit(), payloads: kept.payloads }
    }
    return { config, runner, run }
  }

  it('runs in a terminal of its size, in the deck\'s folder', async () => {
    const { config, run } = await open()
    const { output, exit } = await run('stty size; pwd; [ -t 1 ] && echo terminal', { cols: 66, rows: 9 })
    expect(output).toBe(`9 66\r\n${config.deckDir}\r\nterminal\r\n`)
    expect(exit).toEqual({ type: 'exit', code: 0 })
  })

  it('hands exported variables and the directory on to the next block of its shell only', async () => {
    const { config, run } = await open()
    await mkdir(join(config.deckDir, 'sub'))
    await run('cd sub; export GREETING="two\nlines = ok"; export GONE=1')
    expect((await run('unset GONE; pwd; echo "$GREETING"')).output).toBe(`${join(config.deckDir, 'sub')}\r\ntwo\r\nlines = ok\r\n`)
    expect((await run('echo "[$GONE]"')).output).toBe('[]\r\n')
    expect((await run('pwd; echo "[$GREETING]"', { shell: 'other' })).output).toBe(`${config.deckDir}\r\n[]\r\n`)
  })

  it('ends a block with exit, not its shell', async () => {
    const { run } = await open()
    expect((await run('export A=kept; exit 3; echo never')).exit).toEqual({ type: 'exit', code: 3 })
    expect((await run('echo $A')).output).toBe('kept\r\n')
    expect((await run('export B=too; false', { lang: 'bash' })).exit).toEqual({ type: 'exit', code: 1 })
    expect((await run('echo $A $B', { lang: 'bash' })).output).toBe('kept too\r\n')
  })

  it('starts in the deck\'s folder again when its own is gone', async () => {
    const { config, run } = await open()
    await run('mkdir gone; cd gone')
    await run('cd ..; rmdir gone; mkdir gone; cd gone; rmdir ../gone')
    expect((await run('pwd')).output).toBe(`${config.deckDir}\r\n`)
  })

  it('sees of the presenter\'s environment what the deck names', async () => {
    const { config, run } = await open({ env: ['NAMED'] })
    const { output } = await run('env -0 | tr "\\0" "\\n"', {}, { environment: { DOCKER_HOST: 'unix:///session.sock' } })
    const names = output.trim().split('\r\n').map(line => line.split('=')[0]!).filter(name => !name.endsWith('PAGER')).sort()
    expect(names).toEqual(['DOCKER_BUILDKIT', 'DOCKER_CONFIG', 'DOCKER_HOST', 'HOME', 'KAMISHIBAI_STATE', 'KUBECONFIG', 'LANG', 'NAMED', 'PATH', 'PS1', 'PWD', 'TERM', 'TZ'])
    expect(output).not.toContain('hush')
    expect(output).toContain('DOCKER_HOST=unix:///session.sock')
    expect((await run('echo "$HOME"; wc -c <"$KUBECONFIG"')).output).toBe(`${join(config.privateDir, 'home')}\r\n0\r\n`)
  })

  it('names lines as they stand in the block, and no files of ours', async () => {
    const { run } = await open()
    const { output } = await run('true\nno-such-command', { lang: 'bash' })
    expect(output).toMatch(/^bash: line 2: no-such-command: command not found\r\n$/)
    expect((await run('echo (', { lang: 'bash' })).output).not.toContain('shell-')
  })

  it('says that its shell is not here', async () => {
    const { run } = await open()
    await expect(run('true', { lang: 'no-such-shell' })).rejects.toMatchObject({ code: 'missing-tool', message: 'no-such-shell is not on this machine' })
  })

  it.each([['a quick reader', 0], ['a slow reader', 7]])('shows all of 20 MB to %s, and whole characters', async (_, every) => {
    const { run } = await open()
    let size = 0
    let last = ''
    let calls = 0
    let broken = false
    const sanitize = createSanitizer()
    await run('yes "日本語の行です1" | head -n 870000; echo the end', {}, {
      emit(payload) {
        if (payload.type !== 'output')
          return
        const data = sanitize(payload.data)
        size += Buffer.byteLength(data) - (data.match(/\r/g)?.length ?? 0)
        last = (last + data).slice(-40)
        broken ||= payload.data.includes('\uFFFD')
      },
      drained: () => every && !(++calls % every) ? new Promise(resolve => setTimeout(resolve, 2)) : undefined,
    })
    expect(last).toMatch(/the end\r\n$/)
    expect(size).toBe(870_000 * 23 + 'the end\n'.length)
    expect(broken).toBe(false)
  })

  it('loses nothing to a reader that never catches up', async () => {
    const { run } = await open()
    const { output } = await run('seq 1 20000; echo the end', {}, { drained: () => new Promise(() => {}) })
    expect(output.split('\r\n').length).toBe(20_002)
    expect(output).toMatch(/20000\r\nthe end\r\n$/)
  })

  it('is over when its block is, though something of it runs in the background', async () => {
    const { config, run, runner } = await open()
    const before = performance.now()
    await run('(trap "" HUP; echo $$ >pid; exec sleep 100) & until [ -s pid ]; do :; done; echo done')
    expect(performance.now() - before).toBeLessThan(3000)
    const { output } = await run('ps -o pid= -o comm= ax | grep -c "[s]leep" || true')
    expect(Number(output)).toBeGreaterThan(0)
    await runner.close!()
    expect(await readFile(join(config.deckDir, 'pid'), 'utf8')).toMatch(/\d/)
  })

  it.each([
    ['obeys', '(echo up; exec sleep 100)', 1000],
    ['does not hear SIGINT', 'trap "" INT; echo up; sleep 100; echo on; sleep 100', 3500],
    ['hears nothing', 'trap "" INT TERM; echo up; while :; do sleep 1; done', 5500],
  ])('ends in time when it is cancelled and %s', async (_, code, limit) => {
    const { config, runner } = await open()
    const context = contextOf(config, 'x')
    const run = runner.run(step('x', { code }), context)
    await context.shown(/up/)
    const before = performance.now()
    context.abort(new StepError('cancelled', 'enough'))
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(performance.now() - before).toBeLessThan(limit)
    expect(context.exit()).toBeDefined()
  })

  it('takes what is typed, and a new size', async () => {
    const { config, runner } = await open()
    let type: (data: string) => void = () => {}
    let resize: (cols: number, rows: number) => void = () => {}
    const context = contextOf(config, 'x', { onInput: handler => void (type = handler), onResize: handler => void (resize = handler) })
    const run = runner.run(step('x', { code: 'echo up; read answer; echo "got $answer"; stty size' }), context)
    await context.shown(/up/)
    resize(100, 30)
    type('this\r')
    await run
    expect(context.output()).toContain('got this\r\n30 100\r\n')
  })
})
