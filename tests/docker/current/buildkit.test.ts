import type { AddressInfo } from 'node:net'
import type { Guarded } from '../guard/_guard.ts'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { IMAGE, openGuarded, withDemoImage } from '../guard/_guard.ts'

const dockerHost = inject('dockerHost')!

interface Ended { code: number, stdout: string, stderr: string }

interface Builder extends Guarded {
  /** Runs the newest client behind the guard, in a folder with `files`. */
  cli: (args: string[], files?: Record<string, string>, signal?: AbortSignal) => Promise<Ended>
  /** The same before the engine itself. */
  unguarded: (args: string[]) => Promise<Ended>
}

async function openBuilder(grants?: string[]): Promise<Builder> {
  const guarded = await openGuarded(dockerHost, grants)
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-build-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))

  async function run(host: string, args: string[], signal?: AbortSignal): Promise<Ended> {
    const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '1', BUILDX_CONFIG: join(dir, 'buildx') }
    return new Promise(resolve => execFile('docker', args, { cwd: dir, env, signal }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) || 1 : 0, stdout, stderr })))
  }

  return {
    ...guarded,
    async cli(args, files = {}, signal) {
      for (const [name, text] of Object.entries(files))
        await mkdir(dirname(join(dir, name)), { recursive: true }).then(() => writeFile(join(dir, name), text))
      return run(`unix://${guarded.path}`, args, signal)
    },
    unguarded: args => run(dockerHost, args),
  }
}

/** Ids of all builds that the engine knows. */
async function buildsOn({ unguarded }: Builder, ...filter: string[]): Promise<string[]> {
  const { stdout } = await unguarded(['buildx', 'history', 'ls', '--format', '{{.Ref}}', ...filter])
  return stdout.split('\n').filter(Boolean)
}

const DOCKERFILE = `FROM ${IMAGE} AS base
ARG GREETING=hello
RUN --mount=type=cache,target=/cache <<END
echo "$GREETING from a here-document" > /said
date > /cache/when
END

FROM base AS other
RUN false

FROM base
RUN --mount=type=secret,id=word test "$(cat /run/secrets/word)" = open
COPY --link file.txt /file.txt
CMD ["cat", "/said", "/file.txt"]
`

describe('docker build behind the guard', () => {
  beforeAll(async () => withDemoImage(dockerHost))

  it('builds what BuildKit builds, and what is left of it goes with the session', async () => {
    const builder = await openBuilder()
    const { cli, name, unguarded, close } = builder
    const images = (await unguarded(['images', '-aq', '--no-trunc'])).stdout.split('\n').sort()
    const tag = name('built')
    const built = await cli(['build', '--progress', 'plain', '-t', tag, '--build-arg', 'GREETING=good morning', '--secret', 'id=word,src=word', '.'], { 'Dockerfile': DOCKERFILE, 'file.txt': 'a file\n', 'word': 'open' })
    expect(built).toMatchObject({ code: 0, stderr: expect.stringContaining('exporting to image') as string })
    expect(await cli(['run', '--rm', tag])).toMatchObject({ stdout: 'good morning from a here-document\na file\n' })
    const again = await cli(['buildx', 'build', '--quiet', '--target', 'base', '.'])
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sha256:/) as string })
    expect((await unguarded(['inspect', '--type', 'image', '--format', '{{json .Config.Labels}}', tag])).stdout).toBe('null\n')
    await close()
    expect((await unguarded(['images', '-aq', '--no-trunc'])).stdout.split('\n').sort()).toEqual(images)
  })

  it.for([
    ['a folder as a context of its own', ['--build-context', 'more=more'], 'COPY --from=more . /more'],
    ['an image as a context of its own', ['--build-context', `more=docker-image://${IMAGE}`], 'COPY --from=more /etc /more'],
    ['files of the build to the client', ['--output', 'type=local,dest=out'], 'RUN true'],
    ['a cache in the image', ['--cache-to', 'type=inline', '--cache-from', 'type=local,src=cache'], 'RUN true'],
    ['a cache in a folder', ['--cache-to', 'type=local,dest=cache'], 'RUN true'],
    ['labels, annotations and a platform', ['--label', 'a=b', '--annotation', 'c=d', '--platform', 'linux/amd64'], 'RUN true'],
    ['what it made, in files', ['--iidfile', 'id', '--metadata-file', 'meta.json'], 'RUN true'],
    ['no cache, and hosts', ['--no-cache', '--add-host', 'somewhere:10.0.0.1'], 'RUN grep somewhere /etc/hosts'],
    ['limits', ['--ulimit', 'nofile=100', '--shm-size', '64m'], 'RUN test "$(ulimit -n)" = 100'],
    ['only a look at the Dockerfile', ['--check'], 'RUN true'],
    ['mounts of all kinds', [], 'RUN --mount=type=bind,target=/src --mount=type=tmpfs,target=/t --mount=type=cache,target=/c,sharing=locked test -f /src/Dockerfile'],
    ['files from here-documents', [], 'COPY <<one <<two /\nfirst\none\nsecond\ntwo\nRUN cat /one /two'],
    ['an image without a network', ['--network', 'none'], 'RUN true'],
  ] as const)('takes %s', async ([, args, line]) => {
    const { cli } = await openBuilder()
    expect(await cli(['build', ...args, '.'], { 'Dockerfile': `FROM ${IMAGE}\n${line}`, 'more/file': 'x' })).toMatchObject({ code: 0, stderr: expect.any(String) as string })
  })

  it('builds what a file for bake says', async () => {
    const { cli, name } = await openBuilder()
    const files = { 'Dockerfile': DOCKERFILE, 'docker-bake.hcl': `group "default" { targets = ["one", "two"] }\ntarget "one" {\n  target = "base"\n  tags = ["${name('one')}"]\n}\ntarget "two" {\n  target = "base"\n  tags = ["${name('two')}"]\n  args = { GREETING = "x" }\n}\n` }
    expect(await cli(['buildx', 'bake'], files)).toMatchObject({ code: 0, stderr: expect.any(String) as string })
    expect((await cli(['images', '--format', '{{.Repository}}'])).stdout.split('\n')).toEqual(expect.arrayContaining([name('one'), name('two')]))
  })

  it('leaves the presenter\'s tags where they are, and says so at once', async () => {
    const { cli, unguarded } = await openBuilder()
    const id = async (): Promise<string> => (await unguarded(['inspect', '--type', 'image', '--format', '{{.Id}}', IMAGE])).stdout
    const before = await id()
    const began = performance.now()
    expect(await cli(['build', '-t', IMAGE, '.'], { Dockerfile: `FROM ${IMAGE}\nRUN true` })).toMatchObject({ code: 1, stderr: expect.stringContaining(`to set the tag ${IMAGE}`) as string })
    expect(performance.now() - began).toBeLessThan(8000)
    expect(await id()).toBe(before)
  })

  it('reaches nothing that listens on loopback, and no image that is not here', async () => {
    const { cli } = await openBuilder()
    const requests: string[] = []
    const server = createServer((request, response) => {
      requests.push(request.url!)
      response.end('secret')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    for (const [file, source] of [[`FROM ${IMAGE}\nADD http://127.0.0.1:${port}/x /x`, `http://127.0.0.1:${port}/x`], ['FROM nowhere.invalid/base:1', 'docker-image://nowhere.invalid/base:1'], [`FROM ${IMAGE}\nCOPY --from=nowhere.invalid/base:2 / /`, 'docker-image://nowhere.invalid/base:2']] as const)
      expect(await cli(['build', '.'], { Dockerfile: file })).toMatchObject({ code: 1, stderr: expect.stringContaining(`source "${source}" denied by policy`) as string })
    expect(requests).toEqual([])
  })

  it('has the host\'s network only under its grant', async () => {
    const files = { Dockerfile: `FROM ${IMAGE}\nRUN --network=host cat /proc/net/dev` }
    const refused = await openBuilder()
    expect(await refused.cli(['build', '--network', 'host', '.'], files)).toMatchObject({ code: 1, stderr: expect.stringContaining('grants: ["host-network:one"]') as string })
    expect(await refused.cli(['build', '.'], files)).toMatchObject({ code: 1, stderr: expect.stringContaining('network.host') as string })
    const granted = await openBuilder(['host-network:one'])
    expect(await granted.cli(['build', '--network', 'host', '.'], files)).toMatchObject({ code: 0 })
  })

  it('shows of history the session\'s own, and takes it away at the end', async () => {
    const theirs = await openBuilder()
    await theirs.cli(['build', '.'], { Dockerfile: `FROM ${IMAGE}\nRUN echo theirs` })
    const ours = await openBuilder()
    await ours.cli(['build', '.'], { Dockerfile: `FROM ${IMAGE}\nRUN echo ours` })
    expect((await buildsOn(ours)).length).toBeGreaterThan(1)
    const { stdout } = await ours.cli(['buildx', 'history', 'ls', '--format', '{{.Ref}}'])
    expect(stdout.trim().split('\n')).toHaveLength(1)
    await ours.close()
    expect(await buildsOn(ours)).not.toContain(stdout.trim().split('/').at(-1))
    await theirs.close()
  })

  it('shows nothing of the cache, which is everybody\'s', async () => {
    const ours = await openBuilder()
    expect((await ours.cli(['buildx', 'du'])).stdout).toMatch(/Total:\s*0B/)
    expect((await ours.cli(['buildx', 'prune', '--force', '--all'])).stdout).toMatch(/Total:\s*0B/)
  })

  it('ends a build in the engine where its client is ended', async () => {
    const builder = await openBuilder()
    const stop = new AbortController()
    const running = builder.cli(['build', '.'], { Dockerfile: `FROM ${IMAGE}\nRUN sleep 600` }, stop.signal)
    await expect.poll(() => buildsOn(builder, '--filter', 'status=running'), { timeout: 20_000 }).toHaveLength(1)
    stop.abort()
    expect((await running).code).not.toBe(0)
    await expect.poll(() => buildsOn(builder, '--filter', 'status=running'), { timeout: 20_000 }).toEqual([])
  })

  it('builds for Compose', async () => {
    const { cli, name, docker } = await openBuilder()
    const files = {
      'compose.yaml': `name: ${name('project')}\nservices:\n  web:\n    image: ${name('web')}\n    build: .\n`,
      'Dockerfile': `FROM ${IMAGE}\nRUN <<END\necho composed > /said\nEND\n`,
    }
    expect(await cli(['compose', 'build'], files)).toMatchObject({ code: 0, stderr: expect.any(String) as string })
    expect((await docker(['run', '--rm', name('web'), 'cat', '/said'])).stdout).toBe('composed\n')
  })
})
