import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import Docker from 'dockerode'
import { expect, it, onTestFinished } from 'vitest'
import { resolveEndpoint, toDockerOptions } from '../../../runners/docker/endpoint.ts'
import { reachEndpoint } from '../../../runners/docker/reach.ts'

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-endpoint-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

it.each([
  ['unix:///run/podman/podman.sock', false],
  ['tcp://127.0.0.1:2375', false],
  ['tcp://localhost:2375', false],
  ['tcp://10.0.0.9:2376', true],
  ['ssh://me@far.example', true],
])('%s is the engine that DOCKER_HOST names; elsewhere: %s', async (url, elsewhere) => {
  expect(resolveEndpoint({ DOCKER_HOST: url, DOCKER_CONTEXT: 'other', HOME: await folder() })).toMatchObject({ url, elsewhere })
})

const hasDocker = spawnSync('docker', ['--version']).status === 0
it.skipIf(!hasDocker && !process.env.CI)('a context of the docker CLI is found by DOCKER_CONTEXT, and by docker context use', async () => {
  const config = await folder()
  const docker = (...args: string[]): string => execFileSync('docker', args, { env: { PATH: process.env.PATH, DOCKER_CONFIG: config }, stdio: 'pipe', encoding: 'utf8' })
  docker('context', 'create', 'colima', '--docker', 'host=unix:///home/me/.colima/default/docker.sock')
  docker('context', 'create', 'far', '--docker', 'host=ssh://me@far.example')
  expect(resolveEndpoint({ DOCKER_CONFIG: config, DOCKER_CONTEXT: 'far' })).toMatchObject({ url: 'ssh://me@far.example', elsewhere: true })
  docker('context', 'use', 'colima')
  expect(resolveEndpoint({ DOCKER_CONFIG: config })).toMatchObject({ url: 'unix:///home/me/.colima/default/docker.sock', elsewhere: false })
  expect(resolveEndpoint({ DOCKER_CONFIG: config, DOCKER_CONTEXT: 'missing' })).toBeUndefined()
})

it('an engine behind ssh is reached by the user\'s own ssh, whatever DOCKER_HOST says to others', async () => {
  const dir = await folder()
  const far = join(dir, 'far.sock')
  const engine = createServer((_, response) => void response.end('OK')).listen(far)
  onTestFinished(() => void engine.close())
  await once(engine, 'listening')
  // What a person's ssh does at its other end.
  await writeFile(join(dir, 'ssh'), `#!${process.execPath}
if (!process.argv.join(' ').endsWith('-l me -p 2222 -- far.example docker system dial-stdio'))
  process.exit(1)
const connection = require('node:net').connect(${JSON.stringify(far)})
process.stdin.pipe(connection).pipe(process.stdout)
`)
  await chmod(join(dir, 'ssh'), 0o700)
  const url = 'ssh://me@far.example:2222'
  const before = process.env.DOCKER_HOST
  process.env.DOCKER_HOST = url
  onTestFinished(() => {
    if (before === undefined)
      delete process.env.DOCKER_HOST
    else
      process.env.DOCKER_HOST = before
  })
  const { endpoint, close } = await reachEndpoint(resolveEndpoint({ DOCKER_HOST: url })!, { privateDir: join(dir, 'private'), env: { PATH: `${dir}:${process.env.PATH}` } })
  onTestFinished(close)
  expect(endpoint.elsewhere).toBe(true)
  expect(String(await new Docker(toDockerOptions(endpoint)).ping())).toBe('OK')
})
