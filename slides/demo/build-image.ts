import type { Pack } from 'tar-stream'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import Docker from 'dockerode'
import { pack } from 'tar-stream'
import { resolveEndpoint, toDockerOptions } from '../../runners/docker/endpoint.ts'

/** The one image of the demos. */
export const DEMO_IMAGE = 'kamishibai/demo:1'
/** The base that is made of the machine's own busybox where none can be had. */
const OWN_BASE = 'kamishibai/base:1'
const APP = join(import.meta.dirname, 'app')

/** Builds the demos' image; `log` gets lines of progress. The base is `base`, else busybox, else the machine's own. */
export async function buildDemoImage(docker: Docker, { log, base }: { log: (line: string) => void, base?: string }): Promise<string> {
  const from = base ?? await findBase(docker, log)
  log(`Building ${DEMO_IMAGE} on ${from} …`)
  const context = pack()
  for (const name of ['Dockerfile', 'start.sh', 'index.cgi'])
    context.entry({ name, mode: name === 'Dockerfile' ? 0o644 : 0o755 }, readFileSync(join(APP, name)))
  context.finalize()
  await follow(docker, log, await docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: DEMO_IMAGE, version: '1', forcerm: true, buildargs: { BASE: from } }))
  log(`${DEMO_IMAGE} is on the engine.`)
  return DEMO_IMAGE
}

/** `busybox` if it is here or can be pulled, else a base made of the machine's static busybox. */
async function findBase(docker: Docker, log: (line: string) => void): Promise<string> {
  for (const image of ['busybox', OWN_BASE]) {
    if (await docker.getImage(image).inspect().then(() => true, () => false))
      return image
  }
  try {
    log('Fetching busybox …')
    await follow(docker, log, await docker.pull('busybox'))
    return 'busybox'
  }
  catch (error) {
    log(`No registry gives busybox (${(error as Error).message}): making a base of this machine's own.`)
    return importBase(docker, log)
  }
}

/** A file system of one static busybox and a link for each of its applets. */
async function importBase(docker: Docker, log: (line: string) => void): Promise<string> {
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path) && isStatic(path))
  if (!busybox)
    throw new Error('there is no static busybox on this machine either; on Debian: apt-get install busybox-static')
  const files: Pack = pack()
  files.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(busybox))
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n').filter(name => name !== 'busybox'))
    files.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' })
  for (const folder of ['tmp', 'www', 'etc', 'proc', 'sys', 'dev'])
    files.entry({ name: folder, type: 'directory', mode: folder === 'tmp' ? 0o1777 : 0o755 })
  files.finalize()
  const [repo, tag] = OWN_BASE.split(':')
  await follow(docker, log, await docker.importImage(files as unknown as string, { repo, tag }))
  return OWN_BASE
}

/** A dynamic program asks for a loader (`PT_INTERP`, 3), and a container of this one file has none. */
function isStatic(path: string): boolean {
  const elf = readFileSync(path)
  const [start, size, count] = [Number(elf.readBigUInt64LE(0x20)), elf.readUInt16LE(0x36), elf.readUInt16LE(0x38)]
  return !Array.from({ length: count }, (_, i) => elf.readUInt32LE(start + i * size)).includes(3)
}

/** Shows what the engine tells; a failed build ends like a good one but for an `error` among its lines. */
async function follow(docker: Docker, log: (line: string) => void, stream: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, error => error ? reject(error) : resolve(), (event: { stream?: string, error?: string }) => {
      if (event.error)
        reject(new Error(event.error))
      if (event.stream?.trim())
        log(`  ${event.stream.trim()}`)
    })
  })
}

async function main(): Promise<void> {
  const endpoint = resolveEndpoint(process.env)
  if (!endpoint)
    throw new Error('no Docker engine is found: start one, or set DOCKER_HOST')
  const docker = new Docker(toDockerOptions(endpoint))
  await docker.ping().catch((error: Error) => {
    throw new Error(`the Docker engine at ${endpoint.url} does not answer: ${error.message}`, { cause: error })
  })
  await buildDemoImage(docker, { log: line => console.log(line), base: process.env.BASE })
}

if (process.argv[1] === import.meta.filename) {
  await main().catch((error: Error) => {
    console.error(`${DEMO_IMAGE} cannot be built: ${error.message}`)
    process.exitCode = 1
  })
}
