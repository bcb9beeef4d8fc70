import type { Grant } from '../protocol/grant.ts'
import { posix } from 'node:path'
import { parseGrant } from '../protocol/grant.ts'

/** What the headmatter allows to single steps, beyond what all may do. */
export interface Grants {
  has: (type: 'privileged' | 'host-network' | 'host-pid' | 'unguarded', step: string) => boolean
  /** Whether a capability may be added; `name` as Docker takes it, with or without `CAP_`. */
  capability: (name: string, step: string) => boolean
  device: (path: string, step: string) => boolean
  address: (address: string, step: string) => boolean
  /** Paths that the step may mount, with how; relative ones start at the deck's folder. */
  mounts: (step: string) => { path: string, writable: boolean }[]
}

/** Reads the grants of a deck; what is none of Docker's is left aside. */
export function createGrants(texts: string[]): Grants {
  const grants = texts.flatMap(text => parseGrant(text) ?? [])
  const of = <T extends Grant['type']>(type: T, step: string): Extract<Grant, { type: T }>[] =>
    grants.filter((grant): grant is Extract<Grant, { type: T }> => grant.type === type && 'step' in grant && grant.step === step)
  return {
    has: (type, step) => of(type, step).length > 0,
    capability: (name, step) => of('cap', step).some(grant => capabilityName(grant.name) === capabilityName(name)),
    device: (path, step) => of('device', step).some(grant => posix.normalize(grant.path) === posix.normalize(path)),
    address: (address, step) => of('port', step).some(grant => grant.address.replace(/^\[|\]$/g, '') === address),
    mounts: step => of('mount', step).map(({ path, mode }) => ({ path, writable: mode === 'rw' })),
  }
}

/** The name of a capability without `CAP_`, in capitals. */
export function capabilityName(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '')
}
