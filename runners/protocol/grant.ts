/** What a deck's headmatter allows beyond the guard's rules; `step` is the step that it is for. */
export type Grant
  = | { type: 'privileged' | 'host-network' | 'host-pid' | 'cluster-scoped' | 'unguarded', step: string }
    | { type: 'mount', path: string, mode: 'ro' | 'rw', step: string }
    | { type: 'cap', name: string, step: string }
    | { type: 'device', path: string, step: string }
    | { type: 'port', address: string, step: string }
    | { type: 'cluster', action: 'create' | 'cut' }
    | { type: 'crd', group: string }

/** Every form that a grant may have, as a person writes it. */
export const GRANT_FORMS = [
  'privileged:STEP',
  'host-network:STEP',
  'host-pid:STEP',
  'mount:PATH:ro|rw:STEP',
  'cap:NAME:STEP',
  'device:PATH:STEP',
  'port:ADDRESS:STEP',
  'cluster:create|cut',
  'cluster-scoped:STEP',
  'crd:GROUP',
  'unguarded:STEP',
] as const

const STEP = '(?<step>[a-z0-9][a-z0-9-]{0,62})'
const FORMS: RegExp[] = [
  `(?<type>privileged|host-network|host-pid|cluster-scoped|unguarded):${STEP}`,
  `(?<type>mount):(?<path>[^:]+):(?<mode>r[ow]):${STEP}`,
  `(?<type>cap):(?<name>[A-Z][A-Z_]*):${STEP}`,
  `(?<type>device):(?<path>/[^:]+):${STEP}`,
  // An IPv6 address has colons of its own.
  `(?<type>port):(?<address>[\\w.:%[\\]]+):${STEP}`,
  '(?<type>cluster):(?<action>create|cut)',
  '(?<type>crd):(?<group>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)',
].map(form => new RegExp(`^${form}$`))

/** Reads a grant; undefined where it has none of the {@link GRANT_FORMS}. */
export function parseGrant(text: string): Grant | undefined {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups
    if (groups)
      return { ...groups } as unknown as Grant
  }
  return undefined
}
