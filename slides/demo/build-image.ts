import type Docker from 'dockerode'
import type { Log } from './engine.ts'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pack } from 'tar-stream'
import { buildRegistryImage } from './build-registry.ts'
import { connect, follow, hasImage, importImage, loaderOf, nameImage } from './engine.ts'

/** The one image of the demos. */
export const DEMO_IMAGE = 'kamishibai/demo:1'
/** What it stands on, whichever image that is: its Dockerfile builds the same where no registry is reachable. */
export const BASE_IMAGE = 'kamishibai/base:1'
const APP = join(import.meta.dirname, 'app')

/**
 * Builds the demos' image; `log` gets lines of progress. The base is `base`, else what an earlier build used, else
 * busybox, else the machine's own.
 */
export async function buildDemoImage(docker: Docker, { log, base }: { log: Log, base?: string }): Promise<string> {
  await makeBase(docker, log, base)
  log(`Building ${DEMO_IMAGE} …`)
  const context = pack()
  for (const name of ['Dockerfile', 'start.sh', 'index.cgi'])
    context.entry({ name, mode: name === 'Dockerfile' ? 0o644 : 0o755 }, readFileSync(join(APP, name)))
  context.finalize()
  await follow(docker, log, await docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: DEMO_IMAGE, version: '1', forcerm: true }))
  log(`${DEMO_IMAGE} is on the engine.`)
  return DEMO_IMAGE
}

/** Gives the base its name. */
async function makeBase(docker: Docker, log: Log, base: string | undefined): Promise<void> {
  if (!base && await hasImage(docker, BASE_IMAGE))
    return
  try {
    await nameImage(docker, log, base ?? 'busybox', BASE_IMAGE)
  }
  catch (error) {
    if (base)
      throw error
    log(`No registry gives busybox (${(error as Error).message}): making a base of this machine's own.`)
    await importBase(docker, log)
  }
}

/** A file system of one static busybox and a link for each of its applets. */
async function importBase(docker: Docker, log: Log): Promise<void> {
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path) && !loaderOf(path))
  if (!busybox)
    throw new Error('there is no static busybox on this machine either; on Debian: apt-get install busybox-static')
  const files = pack()
  files.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(busybox))
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n').filter(name => name !== 'busybox'))
    files.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' })
  for (const folder of ['tmp', 'www', 'etc', 'proc', 'sys', 'dev'])
    files.entry({ name: folder, type: 'directory', mode: folder === 'tmp' ? 0o1777 : 0o755 })
  await importImage(docker, log, BASE_IMAGE, files)
}

async function main(): Promise<void> {
  const log: Log = line => console.log(line)
  const docker = await connect()
  await buildDemoImage(docker, { log, base: process.env.BASE })
  await buildRegistryImage(docker, log).catch((error: Error) => log(`The step \`push\` will play its recording: ${error.message}.`))
}

if (process.argv[1] === import.meta.filename) {
  await main().catch((error: Error) => {
    console.error(`${DEMO_IMAGE} cannot be built: ${error.message}`)
    process.exitCode = 1
  })
}
