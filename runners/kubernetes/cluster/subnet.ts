import type { ClusterRecord } from './place.ts'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { recordIn } from './place.ts'

/**
 * A file for each network that is taken, which holds the folder of its cluster: users and checkouts do not know of each
 * other's records.
 */
const CLAIMS = '/run/kamishibai/subnets'
const SUBNETS = 200
/** A claim is older than this when its cluster's record has been written, in ms. */
const YOUNG = 10_000

/**
 * Takes a node network 10.250.N.0/24 that no interface of this machine, none of the known clusters and nobody else has;
 * for the cluster in `dir`.
 */
export function claimSubnet(dir: string, known: readonly ClusterRecord[]): number {
  const used = new Set(known.map(record => record.subnet))
  for (const { address } of Object.values(networkInterfaces()).flatMap(list => list ?? [])) {
    const [, subnet] = /^10\.250\.(\d+)\./.exec(address) ?? []
    if (subnet)
      used.add(Number(subnet))
  }
  mkdirSync(CLAIMS, { recursive: true })
  return Array.from({ length: SUBNETS }, (_, n) => n).find(n => !used.has(n) && claim(n, dir)) ?? 0
}

/** Gives back what the cluster in `dir` had taken. */
export function releaseSubnet(dir: string, subnet: number): void {
  if (ownerOf(subnet) === dir)
    rmSync(pathOf(subnet), { force: true })
}

function claim(subnet: number, dir: string): boolean {
  try {
    // Only one of several at once can make it.
    writeFileSync(pathOf(subnet), dir, { flag: 'wx' })
    return true
  }
  catch {
    const owner = ownerOf(subnet)
    if (
      owner !== undefined
      && owner !== dir
      && (existsSync(recordIn(owner)) || Date.now() - statSync(pathOf(subnet)).mtimeMs < YOUNG)
    ) {
      return false
    }
    writeFileSync(pathOf(subnet), dir)
    return true
  }
}

const pathOf = (subnet: number): string => join(CLAIMS, String(subnet))

function ownerOf(subnet: number): string | undefined {
  try {
    return readFileSync(pathOf(subnet), 'utf8')
  }
  catch {
    return undefined
  }
}
