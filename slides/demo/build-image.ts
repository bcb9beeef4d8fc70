import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import Docker from 'dockerode'
import { pack } from 'tar-stream'
import { resolveEndpoint, toDockerOptions } from '../../runners/docker/endpoint.ts'

/** The one image of the demos. */
const IMAGE = 'kamishibai/demo:1'
/** The base that is made of the machine's own busybox where none can be had. */
const OWN_BASE = 'kamishibai/base:1'
const APP = join(import.meta.dirname, 'app')

const endpoint = resolveEndpoint(process.env)
if (!endpoint) {
  console.error('No Docker engine is found: start one, or set DOCKER_HOST.')
  process.exit(1)
}
const docker = new Docker(toDockerOptions(endpoint))
const base = process.env.BASE ?? await findBase()
console.log(`Building ${IMAGE} on ${base} …`)
const context = pack()
for (const name of ['Dockerfile', 'start.sh', 'index.cgi'])
  context.entry({ name, mode: name === 'Dockerfile' ? 0o644 : 0o755 }, readFileSync(join(APP, name)))
context.finalize()
await follow(await docker.buildImage(context as never, { t: IMAGE, version: '1', forcerm: true, buildargs: { BASE: base } }))
console.log(`${IMAGE} is on the engine.`)

/** `busybox` if it is here or can be pulled, else a base made of the machine's static busybox. */
async function findBase(): Promise<string> {
  for (const image of ['busybox', OWN_BASE]) {
    if (await docker.getImage(image).inspect().then(() => true, () => false))
      return image
  }
  try {
    await follow(await docker.pull('busybox'))
    return 'busybox'
  }
  catch {
    console.log('No registry gives busybox: making a base of this machine\'s own.')
    return importBase()
  }
}

/** A file system of one static busybox and a link for each of its applets. */
async function importBase(): Promise<string> {
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path))
  if (!busybox) {
    console.error('There is no busybox either. On Debian: apt-get install busybox-static')
    process.exit(1)
  }
  const files = pack()
  files.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(busybox))
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n').filter(name => name !== 'busybox'))
    files.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' })
  for (const folder of ['tmp', 'www', 'etc', 'proc', 'sys', 'dev'])
    files.entry({ name: folder, type: 'directory', mode: folder === 'tmp' ? 0o1777 : 0o755 })
  files.finalize()
  const [repo, tag] = OWN_BASE.split(':')
  await follow(await docker.importImage(files as never, { repo, tag }) as unknown as NodeJS.ReadableStream)
  return OWN_BASE
}

/** Shows what the engine tells; a failed build ends like a good one but for an `error` among its lines. */
async function follow(stream: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, error => error ? reject(error) : resolve(), (event: { stream?: string, error?: string }) => {
      if (event.error)
        reject(new Error(event.error))
      if (event.stream?.trim())
        console.log(`  ${event.stream.trim()}`)
    })
  })
}
