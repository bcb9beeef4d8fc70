import type Docker from 'dockerode'
import type { Payload } from '../../runners/protocol/event.ts'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import createDockerRunner from '../../runners/docker/runner.ts'
import { StepError } from '../../runners/protocol/error.ts'
import { LABELS } from '../../runners/protocol/runner.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { configOf, containerOf, containerStep, contextOf, engineAt, leftOf } from './_runners.ts'

const dockerHost = inject('dockerHost')!

describe.skipIf(!dockerHost)('a {container} step', () => {
  let docker: Docker
  beforeAll(async () => {
    docker = engineAt(dockerHost)
    await buildDemoImage(docker, { log: () => {} })
  })

  async function open(settings: unknown = {}) {
    const config = await configOf(dockerHost, settings)
    const runner = createDockerRunner(config)
    onTestFinished(async () => {
      await runner.close!()
    })
    return { config, runner }
  }

  it('shows its output as a terminal does, and its exit code', async () => {
    const { config, runner } = await open()
    const context = contextOf(config, 'hello')
    await runner.run(containerStep('hello', { command: ['sh', '-c', 'echo "hello from $(hostname)"; until [ "$(stty size 2>/dev/null)" = "7 60" ]; do sleep 0.1; done; exit 3'] }, { cols: 60, rows: 7 }), context)
    expect(context.output()).toBe('hello from hello\r\n')
    expect(context.exit()).toEqual({ type: 'exit', code: 3 })
  })

  it('tells by which signal it ended, and whether for want of memory', async () => {
    const { config, runner } = await open()
    const killed = contextOf(config, 'killed')
    await runner.run(containerStep('killed', { command: ['sh', '-c', 'kill -9 $$'] }), killed)
    expect(killed.exit()).toEqual({ type: 'exit', code: 137, signal: 'SIGKILL' })
    const greedy = contextOf(config, 'greedy')
    await runner.run(containerStep('greedy', { memory: 8 * 1024 * 1024, command: ['sh', '-c', 'tail /dev/zero'] }), greedy)
    expect(greedy.exit()).toMatchObject({ code: 137, oom: true })
  })

  it('carries the labels of session and step, the limits of the deck, and an init process', async () => {
    const { config, runner } = await open({ limits: { memory: '64m', cpus: 0.5, pids: 50 } })
    await runner.run(containerStep('limited', { command: ['true'] }), contextOf(config, 'limited'))
    const { Config, HostConfig } = await (await containerOf(docker, config.sessionId, 'limited')).inspect()
    expect(Config.Labels).toMatchObject({ ...config.labels, [LABELS.step]: 'limited' })
    expect(HostConfig).toMatchObject({ Memory: 64 * 1024 * 1024, NanoCpus: 5e8, PidsLimit: 50, Init: true })
  })

  it('names a missing image and how to get it, and pulls nothing', async () => {
    const { config, runner } = await open()
    await expect(runner.run(containerStep('x', { image: 'nowhere.invalid/nothing:1' }), contextOf(config, 'x'))).rejects.toMatchObject({
      code: 'image-missing',
      message: 'the image nowhere.invalid/nothing:1 is not on this engine',
      hint: 'Get it: docker pull nowhere.invalid/nothing:1',
    })
    await expect(runner.run(containerStep('x', { image: 'kamishibai/gone:1' }), contextOf(config, 'x'))).rejects.toMatchObject({ hint: 'Get it: docker pull kamishibai/gone:1' })
    expect(await leftOf(docker, config.sessionId)).toEqual([])
  })

  it('is called as its step, each time it runs', async () => {
    const { config, runner } = await open()
    for (let run = 0; run < 2; run++) {
      await runner.reset!('kbt-own', { again: true })
      await runner.run(containerStep('kbt-own', { command: ['true'] }), contextOf(config, 'kbt-own'))
      expect(await leftOf(docker, config.sessionId)).toEqual(['container /kbt-own'])
    }
  })

  it('runs under a step of one letter, which is no name to the engine', async () => {
    const { config, runner } = await open()
    await runner.run(containerStep('a', { command: ['true'] }), contextOf(config, 'a'))
    expect(await leftOf(docker, config.sessionId)).toEqual([`container /a-${config.sessionId.slice(0, 4)}`])
  })

  it.each([1, 2])('takes another name where somebody has %i of its own', async (taken) => {
    const { config, runner } = await open()
    const names = ['kbt-web', `kbt-web-${config.sessionId.slice(0, 4)}`, `kbt-web-${config.sessionId}`]
    const theirs = await Promise.all(names.slice(0, taken).map(name => docker.createContainer({ name, Image: 'kamishibai/demo:1' })))
    onTestFinished(() => Promise.all(theirs.map(container => container.remove({ force: true }))).then(() => {}))
    const context = contextOf(config, 'kbt-web')
    await runner.run(containerStep('kbt-web', { command: ['hostname'] }), context)
    expect(context.output()).toBe('kbt-web\r\n')
    expect(await leftOf(docker, config.sessionId)).toEqual([`container /${names[taken]}`])
    expect(await Promise.all(theirs.map(container => container.inspect()))).toHaveLength(taken)
  })

  it('says that a port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise(resolve => server.once('listening', resolve))
    const hostPort = String((server.address() as { port: number }).port)
    const { config, runner } = await open()
    const run = runner.run(containerStep('web', { ports: [{ hostIp: '', hostPort, containerPort: 8080, protocol: 'tcp' }] }), contextOf(config, 'web'))
    await expect(run).rejects.toMatchObject({ code: 'port-taken', message: expect.stringContaining(hostPort) })
  })

  it('publishes on loopback, is found by its step, and refuses other addresses', async () => {
    const { config, runner } = await open()
    const port = { hostIp: '', hostPort: '', containerPort: 8080, protocol: 'tcp' as const }
    const context = contextOf(config, 'web')
    const test = 'wget -qO- http://127.0.0.1:8080/ >/dev/null'
    const run = runner.run(containerStep('web', { ports: [port], healthcheck: { test: ['CMD-SHELL', test], intervalMs: 200 } }), context).catch((error: unknown) => error)
    await expect.poll(() => runner.healthy!('web'), { timeout: 20_000 }).toEqual({ ok: true, detail: 'healthy' })
    const url = await runner.dial!('web')
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await (await fetch(`${url}/`)).text()).toMatch(/^host {5}web\naddress {2}[\d.]+\nversion {2}1\n$/)
    context.abort(new Error('enough'))
    await run
    await expect(runner.run(containerStep('open', { ports: [{ ...port, hostIp: '0.0.0.0' }] }), contextOf(config, 'open'))).rejects.toMatchObject({ code: 'not-granted' })
  })

  it('reaches other steps of its network by their ids', async () => {
    const { config, runner } = await open()
    const web = contextOf(config, 'web')
    const run = runner.run(containerStep('web', { networks: ['kbt-front', 'kbt-back'], command: ['sh', '-c', 'echo up; exec sh /start.sh'] }), web).catch(() => {})
    await web.shown(/up/)
    const client = contextOf(config, 'client')
    await runner.run(containerStep('client', { networks: ['kbt-back'], command: ['sh', '-c', 'until wget -qO- http://web:8080/; do sleep 0.1; done'] }), client)
    expect(client.output()).toContain('host     web')
    await runner.close!()
    await run
    expect(await leftOf(docker, config.sessionId)).toEqual([])
  })

  it('has the names and the address on its networks that the fence says, and a health that may come late', async () => {
    const { config, runner } = await open()
    const web = contextOf(config, 'web')
    const endpoints = { 'kbt-front': { aliases: [] }, 'kbt-back': { aliases: ['shop'], ipv4: '10.213.77.5' } }
    const healthcheck = { test: ['CMD', 'wget', '-qO-', 'http://127.0.0.1:8080/'], startPeriodMs: 3000 }
    const run = runner.run(containerStep('web', { networks: Object.keys(endpoints), endpoints, healthcheck, command: ['sh', '-c', 'echo up; exec sh /start.sh'] }), web).catch(() => {})
    await web.shown(/up/)
    const client = contextOf(config, 'client')
    await runner.run(containerStep('client', { networks: ['kbt-back'], command: ['sh', '-c', 'until wget -qO- http://shop:8080/; do sleep 0.1; done'] }), client)
    expect(client.output()).toContain('host     web')
    const [made] = await docker.listContainers({ filters: JSON.stringify({ label: [`dev.kamishibai.session=${config.sessionId}`, 'dev.kamishibai.step=web'] }) as never })
    const { Config, NetworkSettings } = await docker.getContainer(made!.Id).inspect()
    expect(Config.Healthcheck).toMatchObject({ StartPeriod: 3e9 })
    expect(NetworkSettings.Networks['kbt-back']!.IPAddress).toBe('10.213.77.5')
    await expect(runner.run(containerStep('x', { networks: ['bridge'], endpoints: { bridge: { aliases: [], ipv4: '10.213.77.6' } } }), contextOf(config, 'x'))).rejects.toMatchObject({ code: 'bad-container' })
    await runner.close!()
    await run
    expect(await leftOf(docker, config.sessionId)).toEqual([])
  })

  it('joins no network that is not the session\'s own', async () => {
    const theirs = await docker.createNetwork({ Name: 'kbt-theirs' })
    onTestFinished(() => theirs.remove())
    const { config, runner } = await open()
    for (const network of ['kbt-theirs', 'host', 'container:x'])
      await expect(runner.run(containerStep('x', { networks: [network] }), contextOf(config, 'x'))).rejects.toMatchObject({ code: 'not-own' })
  })

  it('mounts folders of the deck read-only and volumes of the session, and nothing else', async () => {
    const { config, runner } = await open()
    await mkdir(join(config.deckDir, 'site'))
    await writeFile(join(config.deckDir, 'site', 'a'), 'from the deck')
    const context = contextOf(config, 'x')
    await runner.run(containerStep('x', { volumes: ['./site:/site', 'data:/data'], command: ['sh', '-c', 'cat /site/a; touch /site/b || echo " refused"; touch /data/c && echo kept'] }), context)
    expect(context.output()).toMatch(/from the deck[\s\S]*refused[\s\S]*kept/)
    await runner.reset!('x')
    expect(await leftOf(docker, config.sessionId)).toEqual([])
    for (const volume of ['/etc:/x', '../:/x', './site:/x:rw'])
      await expect(runner.run(containerStep('x', { volumes: [volume] }), contextOf(config, 'x'))).rejects.toMatchObject({ code: 'outside-deck' })
  })

  it('goes at once when it is cancelled', async () => {
    const { config, runner } = await open()
    const context = contextOf(config, 'long')
    const run = runner.run(containerStep('long', { command: ['sh', '-c', 'trap "" TERM INT; echo up; while :; do sleep 1; done'] }), context)
    await context.shown(/up/)
    const before = performance.now()
    context.abort(new StepError('cancelled', 'enough'))
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(performance.now() - before).toBeLessThan(1000)
    await expect.poll(() => leftOf(docker, config.sessionId), { timeout: 5000 }).toEqual([])
  })

  it('shows all of much output, to a slow reader too', async () => {
    const { config, runner } = await open()
    let size = 0
    let pauses = 0
    const context = contextOf(config, 'much', {
      emit: payload => void (size += payload.type === 'output' ? payload.data.length : 0),
      drained: () => ++pauses % 50 ? undefined : new Promise(resolve => setTimeout(resolve, 5)),
    })
    await runner.run(containerStep('much', { command: ['sh', '-c', 'yes 123456789012345678 | head -c 20000000'] }), context)
    // The terminal puts a carriage return before each of the million line feeds.
    expect(size).toBe(20_000_000 + 20_000_000 / 19 - (20_000_000 / 19 % 1))
  })

  it('is removed by the reset of its step, and others stay', async () => {
    const { config, runner } = await open()
    await runner.run(containerStep('one', { command: ['true'], networks: ['kbt-both'] }), contextOf(config, 'one'))
    await runner.run(containerStep('two', { command: ['true'], networks: ['kbt-both'] }), contextOf(config, 'two'))
    await runner.reset!('one')
    expect(await leftOf(docker, config.sessionId)).toEqual([`container ${(await (await containerOf(docker, config.sessionId, 'two')).inspect()).Name}`, 'network kbt-both'])
    await runner.run(containerStep('one', { command: ['true'], networks: ['kbt-both'] }), contextOf(config, 'one'))
  })

  it('is told from birth to death, each change once, and nothing of its environment', async () => {
    const { config, runner } = await open()
    const seen: [string | undefined, Payload][] = []
    const end = new AbortController()
    const watching = runner.watch!((stepId, payload) => void seen.push([stepId, payload]), end.signal)
    await runner.run(containerStep('seen', { command: ['sh', '-c', 'exit 2'], environment: { TOKEN: 'hush' }, networks: ['kbt-seen'] }), contextOf(config, 'seen'))
    await runner.reset!('seen')
    const ofContainer = () => seen.flatMap(([stepId, p]) => p.type === 'resource' && p.ref.kind === 'container' ? [{ stepId, op: p.op, state: p.view.state, status: p.view.status }] : [])
    await expect.poll(() => ofContainer().at(-1)?.op, { timeout: 10_000 }).toBe('deleted')
    end.abort()
    await watching
    expect(ofContainer()[0]).toMatchObject({ stepId: 'seen', op: 'added' })
    expect(ofContainer()).toContainEqual({ stepId: 'seen', op: 'modified', state: 'exited', status: 'exited (2)' })
    expect(seen.some(([, p]) => p.type === 'resource' && p.ref.kind === 'network' && p.view.name === 'kbt-seen')).toBe(true)
    expect(JSON.stringify(seen)).not.toContain('hush')
    const texts = seen.map(entry => JSON.stringify(entry))
    expect(texts.filter((text, i) => text === texts[i - 1])).toEqual([])
  })
})
