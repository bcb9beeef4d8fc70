import type Docker from 'dockerode'
import type { Step } from '../../runners/protocol/step.ts'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import createDockerRunner from '../../runners/docker/runner.ts'
import { StepError } from '../../runners/protocol/error.ts'
import { LABELS } from '../../runners/protocol/runner.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { step } from '../_session.ts'
import { configOf, containerStep, contextOf, dockerCli, engineAt, leftOf } from './_runners.ts'

const dockerHost = inject('dockerHost')!
const BASE = 'kamishibai/demo:1'

describe.skipIf(!dockerHost)('a {build} step', () => {
  let docker: Docker
  beforeAll(async () => {
    docker = engineAt(dockerHost)
    await buildDemoImage(docker, { log: () => {} })
  })

  async function open(settings: unknown = {}) {
    const config = await configOf(dockerHost, settings)
    const runner = createDockerRunner(config)
    onTestFinished(() => runner.close!())
    const build = async (code: string, options: Partial<Step> = {}) => {
      const context = contextOf(config, 'image')
      const error = await runner.run(step('image', { verb: 'build', runner: 'docker', lang: 'dockerfile', code, visible: code, timeoutMs: 60_000, ...options }), context)
        .then(() => undefined, (e: StepError) => e.toJSON())
      return { context, error, text: stripVTControlCharacters(context.output()) }
    }
    return { config, runner, build }
  }

  it('builds from a folder of the deck, tells its steps, and shows the image', async () => {
    const { config, build } = await open()
    await mkdir(join(config.deckDir, 'app'))
    await writeFile(join(config.deckDir, 'app', 'hello'), 'hello from a file\n')
    const { context, text, error } = await build(`FROM ${BASE}\nCOPY hello /hello\nCMD ["cat", "/hello"]`, { context: 'app', tag: 'kbt/hello:1' })
    expect(error).toBeUndefined()
    expect(text).toMatch(/^Step 1\/3 : FROM kamishibai\/demo:1\r\nStep 2\/3 : COPY hello \/hello\r\nStep 3\/3 : CMD .*\r\nSuccessfully tagged kbt\/hello:1\r\n$/)
    expect(context.payloads.filter(p => p.type === 'progress')).toEqual([
      { type: 'progress', label: 'context', done: 18, total: 18 },
      ...[[1, 0], [2, 1], [3, 2], [3, 3]].map(([n, done]) => ({ type: 'progress', label: `layer ${n}/3`, done, total: 3 })),
    ])
    expect(context.payloads.at(-1)).toMatchObject({ type: 'resource', op: 'added', ref: { kind: 'image', name: 'kbt/hello:1' } })
    expect((await docker.getImage('kbt/hello:1').inspect()).Config.Labels).toMatchObject({ ...config.labels, [LABELS.step]: 'image' })
    expect(await dockerCli(dockerHost, ['run', '--rm', 'kbt/hello:1'])).toMatchObject({ stdout: 'hello from a file\n' })
  })

  it('uses its cache when it is run again, and what is left of it goes with the session', async () => {
    const { config, runner, build } = await open()
    const code = `FROM ${BASE}\nRUN echo once > /once\nRUN echo twice > /twice`
    expect((await build(code, { tag: 'kbt/cache:1' })).text).not.toContain('Using cache')
    await runner.reset!('image')
    const again = await build(code.replace('twice >', 'thrice >'), { tag: 'kbt/cache:1' })
    expect(again.text.match(/Using cache/g)).toHaveLength(1)
    await runner.close!()
    expect(await leftOf(docker, config.sessionId)).toEqual([])
    const all = await docker.listImages({ all: true })
    expect(all.flatMap(image => image.RepoTags ?? []).filter(tag => tag.startsWith('kbt/'))).toEqual([])
  })

  it('names the line that failed, counted as it is shown, and leaves neither container nor image', async () => {
    const { config, runner, build } = await open()
    const before = (await docker.listImages({ all: true })).length
    const { error, text } = await build(`# a comment\nFROM ${BASE}\nRUN true\nRUN echo trying; \\\n  exit 3\nRUN never`, { visible: `# a comment\nFROM ${BASE}\nRUN echo trying; \\\n  exit 3\nRUN never` })
    expect(error).toMatchObject({ code: 'build-failed', message: 'RUN in line 3 ended with exit code 3', line: 3 })
    expect(text).toContain('trying\r\n')
    expect(await docker.listContainers({ all: true, filters: JSON.stringify({ label: [`${LABELS.session}=${config.sessionId}`] }) as never })).toEqual([])
    await runner.close!()
    expect((await docker.listImages({ all: true })).length).toBe(before)
  })

  it.each([
    ['an unknown instruction', `FROM ${BASE}\nRUM true`, { message: 'unknown instruction: RUM in line 2', line: 2 }],
    ['a file that is not there', `FROM ${BASE}\nCOPY nothing /`, { message: expect.stringMatching(/^COPY in line 2 failed: .*nothing/) as string, hint: 'The build has no files: name their folder with context=.', line: 2 }],
    ['no FROM', 'RUN true', { code: 'engine-refused' }],
    ['nothing', '', { code: 'engine-refused' }],
    ['a base that is not here', 'FROM nowhere.invalid/base:1', { code: 'image-missing', message: 'the image nowhere.invalid/base:1 is not on this engine' }],
  ])('says what is wrong with %s', async (_, code, expected) => {
    const { build } = await open()
    expect((await build(code)).error).toMatchObject(expected)
  })

  it('leaves a tag that others have where it is', async () => {
    const { build } = await open()
    const before = (await docker.getImage(BASE).inspect()).Id
    expect((await build(`FROM ${BASE}\nRUN true`, { tag: BASE })).error).toMatchObject({ code: 'not-own', message: `the tag ${BASE} is on an image that is not the session's own` })
    expect((await docker.getImage(BASE).inspect()).Id).toBe(before)
  })

  it('takes no folder outside the deck, by whatever way', async () => {
    const { config, build } = await open()
    await symlink('/etc', join(config.deckDir, 'link'))
    for (const context of ['..', '/etc', 'link', 'link/ssl'])
      expect((await build(`FROM ${BASE}`, { context })).error).toMatchObject({ code: 'outside-deck' })
    expect((await build(`FROM ${BASE}`, { context: 'gone' })).error).toMatchObject({ code: 'bad-context' })
    await writeFile(join(config.deckDir, 'file'), '')
    expect((await build(`FROM ${BASE}`, { context: 'file' })).error).toMatchObject({ code: 'bad-context' })
  })

  it('sends the files that docker build sends', async () => {
    const { config, build } = await open()
    const root = join(config.deckDir, 'app')
    for (const folder of ['a/deep', 'b', 'node_modules/x', 'c/node_modules'])
      await mkdir(join(root, folder), { recursive: true })
    for (const file of ['a/one.md', 'a/two', 'a/deep/keep', 'a/deep/three', 'b/file', 'README.md', 'x.md', '日本語', 'node_modules/x/y', 'c/node_modules/z', 'empty', 'Dockerfile'])
      await writeFile(join(root, file), file === 'empty' ? '' : file)
    await symlink('b/file', join(root, 'link'))
    await writeFile(join(root, '.dockerignore'), '**/node_modules\n*.md\n!README.md\na/deep\n!a/deep/keep\n')
    const list = ['RUN cd /ctx && find . | sort && ls -l link && rm -f Dockerfile']
    await writeFile(join(root, 'Dockerfile'), `FROM ${BASE}\nCOPY . /ctx\n${list[0]}`)
    const theirs = await dockerCli(dockerHost, ['build', '--no-cache', '-q=false', root])
    const ours = await build(`FROM ${BASE}\nCOPY . /ctx\n${list[0]}`, { context: 'app' })
    const files = (text: string): string[] => text.split(/\r?\n/).filter(line => /^\.(?:$|\/)/.test(line) && !line.includes('amishibai')).sort()
    expect(files(ours.text)).toContain('./a/deep/keep')
    expect(files(ours.text)).toEqual(files(theirs.stdout))
    expect(ours.text).toMatch(/link -> b\/file/)
    await docker.getImage(/Successfully built (\w+)/.exec(theirs.stdout)![1]!).remove({ force: true })
  })

  it('is given up when it is cancelled, with its container', async () => {
    const { config, runner } = await open()
    const context = contextOf(config, 'image')
    const run = runner.run(step('image', { verb: 'build', runner: 'docker', code: `FROM ${BASE}\nRUN echo up; trap "" TERM; sleep 600` }), context)
    await context.shown(/up\r\n/)
    const before = performance.now()
    context.abort(new StepError('cancelled', 'enough'))
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(performance.now() - before).toBeLessThan(1000)
    await expect
      .poll(
        async () =>
          (await docker.listContainers({ all: true })).filter(c => c.Labels[LABELS.session] === config.sessionId),
        { timeout: 10_000 },
      )
      .toEqual([])
  })

  it('shows no containers of its own instructions', async () => {
    const { config, runner, build } = await open()
    const seen: string[] = []
    const end = new AbortController()
    const watching = runner.watch!((_, payload) => {
      if (payload.type === 'resource' && payload.ref.kind === 'container')
        seen.push(payload.ref.name)
    }, end.signal)
    await build(`FROM ${BASE}\nRUN true\nENV a=b`)
    await runner.run(containerStep('after', { command: ['true'] }), contextOf(config, 'after'))
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(1)
    end.abort()
    await watching
    expect(seen.filter(name => name !== 'after')).toEqual([])
  })

  it('goes, with an image that was built on it', async () => {
    const { config, runner, build } = await open()
    await build(`FROM ${BASE}\nRUN echo lower > /lower`, { tag: 'kbt/lower:1' })
    await build(`FROM kbt/lower:1\nRUN echo upper > /upper`, { tag: 'kbt/upper:1' })
    await runner.close!()
    expect(await leftOf(docker, config.sessionId)).toEqual([])
  })
})
