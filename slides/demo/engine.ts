import type { Pack } from 'tar-stream'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import Docker from 'dockerode'
import { resolveEndpoint, toDockerOptions } from '../../runners/docker/endpoint.ts'

/** Where lines of progress go. */
export type Log = (line: string) => void

/** The engine that the environment names; throws where none answers. */
export async function connect(): Promise<Docker> {
  const endpoint = resolveEndpoint(process.env)
  if (!endpoint)
    throw new Error('no Docker engine is found: start one, or set DOCKER_HOST')
  const docker = new Docker(toDockerOptions(endpoint))
  await docker.ping().catch((error: Error) => {
    throw new Error(`the Docker engine at ${endpoint.url} does not answer: ${error.message}`, { cause: error })
  })
  return docker
}

/** Whether the engine has the image. */
export async function hasImage(docker: Docker, image: string): Promise<boolean> {
  return docker.getImage(image).inspect().then(() => true, () => false)
}

/** Gives the image `from` the name `image` as well, fetched where it is missing; throws where it cannot be had. */
export async function nameImage(docker: Docker, log: Log, from: string, image: string): Promise<void> {
  if (!await hasImage(docker, from))
    await pullImage(docker, log, from)
  const [repo, tag] = image.split(':') as [string, string]
  await docker.getImage(from).tag({ repo, tag })
}

/** Fetches an image from its registry. */
async function pullImage(docker: Docker, log: Log, image: string): Promise<void> {
  log(`Fetching ${image} …`)
  await follow(docker, log, await docker.pull(image))
}

/** Makes `image` of a file system; `changes` are instructions of a Dockerfile. */
export async function importImage(
  docker: Docker,
  log: Log,
  image: string,
  files: Pack,
  changes: string[] = [],
): Promise<void> {
  files.finalize()
  const [repo, tag] = image.split(':')
  await follow(docker, log, await docker.importImage(files as unknown as string, { repo, tag, changes }))
}

/** Shows what the engine tells; a failed build ends like a good one but for an `error` among its lines. */
export async function follow(docker: Docker, log: Log, stream: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      error => (error ? reject(error) : resolve()),
      (event: { stream?: string, error?: string }) => {
        if (event.error)
          reject(new Error(event.error))
        if (event.stream?.trim())
          log(`  ${event.stream.trim()}`)
      },
    )
  })
}

/** The loader that a dynamic program asks for (`PT_INTERP`, 3); undefined for one that needs none. */
export function loaderOf(path: string): string | undefined {
  const elf = readFileSync(path)
  const [start, size, count] = [Number(elf.readBigUInt64LE(0x20)), elf.readUInt16LE(0x36), elf.readUInt16LE(0x38)]
  const header = Array.from({ length: count }, (_, i) => start + i * size).find(at => elf.readUInt32LE(at) === 3)
  if (header === undefined)
    return undefined
  const [offset, length] = [Number(elf.readBigUInt64LE(header + 8)), Number(elf.readBigUInt64LE(header + 32))]
  return elf.toString('utf8', offset, offset + length - 1)
}
