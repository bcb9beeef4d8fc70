import type Docker from 'dockerode'
import type { Log } from './engine.ts'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { pack } from 'tar-stream'
import { hasImage, importImage, loaderOf, nameImage } from './engine.ts'

/** A registry that keeps nothing beyond its container, on port 5000. */
export const REGISTRY_IMAGE = 'kamishibai/registry:1'
const PROGRAM = '/usr/bin/docker-registry'
/** The same program as its authors pack it. */
const UPSTREAM = 'registry:2'

const CONFIG = `version: 0.1
storage:
  filesystem: { rootdirectory: /var/lib/registry }
http:
  addr: :5000
`

/**
 * Makes the registry's image of the machine's own `docker-registry`, else of the upstream image; throws where there is
 * neither.
 */
export async function buildRegistryImage(docker: Docker, log: Log): Promise<void> {
  if (await hasImage(docker, REGISTRY_IMAGE))
    return
  if (existsSync(PROGRAM))
    return importProgram(docker, log)
  try {
    await nameImage(docker, log, UPSTREAM, REGISTRY_IMAGE)
  }
  catch (error) {
    throw new Error(`there is no registry to run (on Debian: apt-get install docker-registry), and none gives ${UPSTREAM}: ${(error as Error).message}`, { cause: error })
  }
}

/** The program, and the loader and libraries that it asks for, under the paths that it asks for. */
async function importProgram(docker: Docker, log: Log): Promise<void> {
  log(`Making ${REGISTRY_IMAGE} of ${PROGRAM} …`)
  const files = pack()
  const paths = [PROGRAM, ...loaderOf(PROGRAM) ? librariesOf(PROGRAM) : []]
  for (const path of paths)
    files.entry({ name: path.slice(1), mode: 0o755 }, readFileSync(path))
  files.entry({ name: 'etc/registry.yml', mode: 0o644 }, CONFIG)
  for (const name of ['tmp', 'var/lib/registry'])
    files.entry({ name, type: 'directory', mode: 0o755 })
  await importImage(docker, log, REGISTRY_IMAGE, files, ['EXPOSE 5000', `CMD ["${PROGRAM}", "serve", "/etc/registry.yml"]`])
}

/** Paths in the words of `ldd`: `libc.so.6 => /lib/…/libc.so.6 (0x…)`, and the loader alone. */
function librariesOf(program: string): string[] {
  return [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!)
}
