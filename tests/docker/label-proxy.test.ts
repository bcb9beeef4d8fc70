import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { openLabelProxy } from '../../runners/docker/label-proxy.ts'
import createDockerRunner from '../../runners/docker/runner.ts'
import { LABELS } from '../../runners/protocol/runner.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { configOf, dockerCli, engineAt, leftOf } from './_runners.ts'

const dockerHost = inject('dockerHost')!
const IMAGE = 'kamishibai/demo:1'

describe.skipIf(!dockerHost)('the docker CLI in a shell of the session', () => {
  beforeAll(async () => {
    await buildDemoImage(engineAt(dockerHost), { log: () => {} })
  })

  async function open() {
    const config = await configOf(dockerHost)
    const runner = createDockerRunner(config)
    onTestFinished(async () => {
      await runner.close!()
    })
    let current = 'one'
    const { DOCKER_HOST } = await runner.open!('main', () => current)
    return {
      config,
      runner,
      become: (step: string) => void (current = step),
      docker: (args: string[], input?: string) => dockerCli(DOCKER_HOST!, args, input),
      name: (text: string) => `${text}-${config.sessionId.slice(0, 6)}`,
    }
  }

  it('works as ever: run, input, exit codes, exec, logs', async () => {
    const { docker, name } = await open()
    expect(await docker(['run', '--rm', IMAGE, 'echo', 'hello'])).toEqual({ code: 0, stdout: 'hello\n', stderr: '' })
    expect(await docker(['run', '--rm', '-i', IMAGE, 'wc', '-c'], 'x'.repeat(100_000))).toMatchObject({ code: 0, stdout: '100000\n' })
    expect(await docker(['run', '--rm', IMAGE, 'sh', '-c', 'echo bad >&2; exit 7'])).toEqual({ code: 7, stdout: '', stderr: 'bad\n' })
    expect(await docker(['run', '-d', '--name', name('web'), IMAGE, 'sh', '-c', 'echo started; exec sh /start.sh'])).toMatchObject({ code: 0 })
    expect(await docker(['exec', '-i', name('web'), 'cat'], 'through')).toMatchObject({ code: 0, stdout: 'through' })
    expect(await docker(['logs', name('web')])).toMatchObject({ stdout: 'started\n' })
    expect((await docker(['ps', '--format', '{{.Names}}'])).stdout).toContain(name('web'))
    expect(await docker(['inspect', 'no-such-thing'])).toMatchObject({ code: 1, stderr: expect.stringContaining('No such object') })
  })

  it('labels all that it creates with the session and the step of now', async () => {
    const { config, docker, name, become } = await open()
    await docker(['run', '-d', '--label', 'mine=yes', '--name', name('c'), IMAGE, 'sleep', '60'])
    become('two')
    await docker(['network', 'create', name('n')])
    await docker(['volume', 'create', name('v')])
    const labels = async (kind: string, path: string, of: string) => JSON.parse((await docker([kind, 'inspect', '--format', `{{json ${path}}}`, name(of)])).stdout) as Record<string, string>
    expect(await labels('container', '.Config.Labels', 'c')).toMatchObject({ ...config.labels, [LABELS.step]: 'one', mine: 'yes' })
    expect(await labels('network', '.Labels', 'n')).toMatchObject({ ...config.labels, [LABELS.step]: 'two' })
    expect(await labels('volume', '.Labels', 'v')).toMatchObject({ ...config.labels, [LABELS.step]: 'two' })
  })

  it('builds images that carry the labels', async () => {
    const { config, docker, name } = await open()
    await writeFile(join(config.deckDir, 'Dockerfile'), `FROM ${IMAGE}\nLABEL mine="yes"\nRUN echo built > /built\n`)
    expect(await docker(['build', '-t', name('built'), config.deckDir])).toMatchObject({ code: 0, stdout: expect.stringContaining('Successfully built') })
    const { stdout } = await docker(['image', 'inspect', '--format', '{{json .Config.Labels}}', name('built')])
    expect(JSON.parse(stdout)).toMatchObject({ ...config.labels, [LABELS.step]: 'one', mine: 'yes' })
  })

  it('leaves nothing when the session ends, whatever still runs', async () => {
    const { config, runner, docker, name } = await open()
    await docker(['network', 'create', name('n')])
    await Promise.all(['a', 'b', 'c'].map(c => docker(['run', '-d', '--network', name('n'), '-v', `${name('v')}:/data`, '-v', '/anonymous', '--name', name(c), IMAGE, 'sleep', '100'])))
    await docker(['volume', 'create', name('w')])
    const following = docker(['logs', '-f', name('a')])
    expect(await leftOf(engineAt(dockerHost), config.sessionId)).not.toEqual([])
    await runner.close!()
    expect(await leftOf(engineAt(dockerHost), config.sessionId)).toEqual([])
    await following
  })

  it('resets a network that another step still uses', async () => {
    const { config, runner, docker, name, become } = await open()
    await docker(['network', 'create', name('n')])
    become('two')
    await docker(['run', '-d', '--network', name('n'), '--name', name('c'), IMAGE, 'sleep', '100'])
    const before = performance.now()
    await runner.reset!('one')
    expect(performance.now() - before).toBeLessThan(3000)
    expect(await leftOf(engineAt(dockerHost), config.sessionId)).toEqual([`container /${name('c')}`])
  })
})

describe('the proxy before an engine', () => {
  it('says in the words of an engine that there is none', async () => {
    const config = await configOf(undefined)
    const proxy = await openLabelProxy({ endpoint: { url: `unix://${join(config.privateDir, 'none')}` }, path: join(config.privateDir, 'p'), labels: () => ({}) })
    onTestFinished(() => proxy.close())
    const { code, stderr } = await dockerCli(`unix://${join(config.privateDir, 'p')}`, ['ps'])
    expect(code).toBe(1)
    expect(stderr).toContain('Kamishibai cannot reach the Docker engine')
  })

  it('survives bodies and labels that are no JSON, and leaves them to the engine', async () => {
    const config = await configOf(undefined)
    const path = join(config.privateDir, 'engine')
    const seen: { url?: string, body: string }[] = []
    const engine = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request)
        body += chunk
      seen.push({ url: request.url, body })
      response.end('{}')
    }).listen(path)
    onTestFinished(() => void engine.close())
    const proxy = await openLabelProxy({ endpoint: { url: `unix://${path}` }, path: join(config.privateDir, 'p'), labels: () => ({ a: 'b' }) })
    onTestFinished(() => proxy.close())
    const { request } = await import('node:http')
    const post = (url: string, body: string) => new Promise<number>((resolve, reject) => {
      request({ socketPath: join(config.privateDir, 'p'), method: 'POST', path: url }, (response) => {
        response.resume()
        resolve(response.statusCode!)
      }).on('error', reject).end(body)
    })
    expect(await post('/v1.41/containers/create?name=x', 'no json')).toBe(200)
    expect(await post('/containers/create', '{"Image":"x","Labels":null}')).toBe(200)
    expect(await post('/v1.41/build?labels=nonsense', 'tar')).toBe(200)
    expect(await post('/v1.41/containers/x/start', '')).toBe(200)
    expect(seen).toEqual([
      { url: '/v1.41/containers/create?name=x', body: 'no json' },
      { url: '/containers/create', body: '{"Image":"x","Labels":{"a":"b"}}' },
      { url: `/v1.41/build?labels=${encodeURIComponent('{"a":"b"}')}`, body: 'tar' },
      { url: '/v1.41/containers/x/start', body: '' },
    ])
  })
})
