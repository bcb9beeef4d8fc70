import type Docker from 'dockerode'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { LABELS } from '../../runners/protocol/runner.ts'

/**
 * A folder for temporary files of commands, so that what they leave there, and their processes, can be told from
 * others'.
 */
export async function ownTmp(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kbt-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/**
 * All that sessions of the deck `file` left: on the engine, in the folder `tmp`, and of processes that were started
 * with it.
 */
export async function leftOfDeck(docker: Docker, file: string, tmp: string): Promise<string[]> {
  const deck = createHash('sha256').update(file).digest('hex').slice(0, 12)
  const filters = JSON.stringify({ label: [`${LABELS.deck}=${deck}`] }) as never
  const [containers, networks, { Volumes }, images] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
    docker.listImages({ filters }),
  ])
  return [
    ...containers.map(({ Names }) => `container ${Names[0]}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...(Volumes ?? []).map(({ Name }) => `volume ${Name}`),
    ...images.map(({ Id }) => `image ${Id}`),
    ...(existsSync(tmp) ? readdirSync(tmp) : []).filter(name => name.startsWith('kamishibai-')).map(name => `file ${name}`),
    ...programsOf(tmp).filter(({ args }) => !args.includes('watchdog-entry')).map(({ args }) => `process ${args}`),
  ]
}

/** The programs of this machine whose environment names the folder `tmp`. */
export function programsOf(tmp: string): { pid: number, args: string }[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(tmp) ? [{ pid: Number(pid), args: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }] : []
    }
    catch {
      return []
    }
  })
}
