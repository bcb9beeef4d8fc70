import type Docker from 'dockerode'
import type { RunnerConfig } from '../../runners/protocol/runner.ts'
import type { Step } from '../../runners/protocol/step.ts'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import createDockerRunner from '../../runners/docker/runner.ts'
import { StepError } from '../../runners/protocol/error.ts'
import { markerCommand } from '../../runners/protocol/marker.ts'
import { createSanitizer } from '../../runners/service/run/sanitize.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { step } from '../_session.ts'
import { configOf, containerOf, containerStep, contextOf, engineAt, handOver } from './_runners.ts'

const dockerHost = inject('dockerHost')!

describe.skipIf(!dockerHost)('an sh {exec} step', () => {
  let docker: Docker
  beforeAll(async () => {
    docker = engineAt(dockerHost)
    await buildDemoImage(docker, { log: () => {} })
  })

  function execStep(code: string, options: Partial<Step> = {}): Step {
    return step('x', { verb: 'exec', runner: 'docker', in: 'box', code, ...options })
  }

  async function open(code = 'trap "exit 0" TERM; echo up; while :; do sleep 1; done') {
    const config = await configOf(dockerHost)
    const runner = createDockerRunner(config)
    onTestFinished(() => runner.close!())
    const box = contextOf(config, 'box')
    const running = runner.run(containerStep('box', { command: ['sh', '-c', code] }), box).catch(() => {})
    await box.shown(/up/)
    const markers: string[] = []
    const hand = handOver()
    const sanitize = createSanitizer((_, label) => void markers.push(label))
    const run = async (code: string, options: Partial<Step> = {}) => {
      const context = contextOf(config, 'x', hand(`${options.shell} ${options.in}`))
      await runner.run(execStep(code, options), context)
      return { output: sanitize(context.raw()), exit: context.exit() }
    }
    return { config, runner, run, running, markers }
  }

  const ofStep = (step: string, { sessionId }: RunnerConfig): Promise<Docker.Container> =>
    containerOf(docker, sessionId, step)

  /** What runs in the container beside its own program. */
  async function others(config: RunnerConfig): Promise<string[]> {
    const { Processes } = await (await ofStep('box', config)).top() as { Processes: string[][] }
    return Processes.map(row => row.at(-1)!).filter(command => /4111/.test(command))
  }

  it('runs in the container, in a terminal of its size from the first line on, and tells its exit code', async () => {
    const { run } = await open()
    expect(await run('stty size; hostname; [ -t 0 ] && [ -t 1 ] && echo terminal; exit 3', { cols: 66, rows: 9 })).toEqual({
      output: '9 66\r\nbox\r\nterminal\r\n',
      exit: { type: 'exit', code: 3 },
    })
    expect(await run('kill -9 $$')).toMatchObject({ exit: { code: 137, signal: 'SIGKILL' } })
  })

  it('sets a marker by the same command as a script outside', async () => {
    const { run, markers } = await open()
    await run(`echo before; ${markerCommand('inside')}; echo after`)
    expect(markers).toEqual(['inside'])
  })

  it('hands directory and exported variables on to the next block of its shell in the same container only', async () => {
    const { run } = await open()
    await run('cd /www; export GREETING="two\nlines = ok"')
    expect((await run('pwd; echo "$GREETING"')).output).toBe('/www\r\ntwo\r\nlines = ok\r\n')
    expect((await run('pwd; echo "[$GREETING]"', { shell: 'other' })).output).toBe('/\r\n[]\r\n')
  })

  it('finds a container by its name, too, and none of others', async () => {
    const { config, run } = await open()
    const short = config.sessionId.slice(0, 4)
    const { Name } = await (await ofStep('box', config)).inspect()
    expect((await run('echo here', { in: Name.slice(1) })).output).toBe('here\r\n')
    const foreign = await docker.createContainer({ name: `kbt-foreign-${short}`, Image: 'kamishibai/demo:1', Cmd: ['sleep', '100'] })
    onTestFinished(() => foreign.remove({ force: true }))
    await foreign.start()
    await expect(run('true', { in: `kbt-foreign-${short}` })).rejects.toMatchObject({ code: 'not-found', message: `there is no container kbt-foreign-${short} in this session` })
  })

  it('says what to do where there is no container, or it does not run, or it is paused', async () => {
    const { config, run, running } = await open()
    await expect(run('true', { in: 'nobody' })).rejects.toMatchObject({ code: 'not-found', message: 'there is no container nobody in this session', hint: expect.stringContaining('needs=nobody') })
    const box = await ofStep('box', config)
    await box.pause()
    // Known before the run begins: it fails at once, and would fail unheard while this is awaited.
    const { Name } = await box.inspect()
    await expect(run('true')).rejects.toMatchObject({ message: 'the container box is paused', hint: `Let it go on: docker unpause ${Name.slice(1)}` })
    await box.unpause()
    await box.stop({ t: 5 })
    await running
    await expect(run('true')).rejects.toMatchObject({ message: 'the container box does not run: it is exited', hint: 'Run its step again, then this one.' })
    await expect(run('true', { in: undefined })).rejects.toMatchObject({ code: 'bad-option' })
  })

  it('says that a shell is not in the image', async () => {
    const { run } = await open()
    await expect(run('true', { lang: 'zsh' })).rejects.toMatchObject({ code: 'not-started', message: 'zsh is not in the container box', hint: 'Write the fence in sh, or name an image that has it.' })
  })

  it('says that the container was removed meanwhile', async () => {
    const { config, runner } = await open()
    const context = contextOf(config, 'x')
    const run = runner.run(execStep('echo in; sleep 4111'), context)
    await context.shown(/in/)
    await Promise.all([
      expect(run).rejects.toMatchObject({ code: 'removed', message: 'the container box was removed while the step ran in it' }),
      ofStep('box', config).then(box => box.remove({ force: true })),
    ])
  })

  it.each([
    ['obeys', 'echo in; sleep 4111', 1500],
    ['does not hear SIGINT', 'trap "" INT; echo in; sleep 4111 & wait; sleep 4111', 2500],
    ['hears nothing', 'trap "" INT TERM; echo in; while :; do sleep 4111; done', 3500],
  ])('ends the program inside when it is cancelled and %s', async (_, code, limit) => {
    const { config, runner } = await open()
    const context = contextOf(config, 'x')
    const run = runner.run(execStep(code), context)
    await context.shown(/in/)
    const before = performance.now()
    context.abort(new StepError('cancelled', 'enough'))
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(performance.now() - before).toBeLessThan(limit)
    await expect.poll(() => others(config)).toEqual([])
  })

  it('leaves nothing inside when it is cancelled before it began', async () => {
    const { config, runner } = await open()
    const context = contextOf(config, 'x')
    const run = runner.run(execStep('sleep 4111'), context)
    context.abort(new StepError('cancelled', 'enough'))
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    await expect.poll(() => others(config)).toEqual([])
  })

  it('takes what is typed, and a new size', async () => {
    const { config, runner } = await open()
    let type: (data: string) => void = () => {}
    let resize: (cols: number, rows: number) => void = () => {}
    const context = contextOf(config, 'x', { onInput: handler => void (type = handler), onResize: handler => void (resize = handler) })
    const run = runner.run(execStep('trap "stty size" WINCH; echo up; until read answer; do :; done; echo "got $answer"'), context)
    await context.shown(/up/)
    resize(100, 30)
    await context.shown(/30 100/)
    type('this\r')
    await run
    expect(context.output()).toContain('got this\r\n')
  })

  it('keeps all of much output', async () => {
    const { run } = await open()
    const { output } = await run('seq 1 200000; echo the end')
    expect(output.split('\r\n')).toHaveLength(200_002)
    expect(output).toMatch(/the end\r\n$/)
  })
})
