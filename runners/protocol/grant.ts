/** What a deck's headmatter allows beyond the guard's rules; `step` is the step that it is for. */
export type Grant
  = | { type: 'privileged' | 'host-network' | 'host-pid' | 'cluster-scoped' | 'unguarded', step: string }
    | { type: 'mount', path: string, mode: 'ro' | 'rw', step: string }
    | { type: 'cap', name: string, step: string }
    | { type: 'device', path: string, step: string }
    | { type: 'port', address: string, step: string }
    | { type: 'cluster', action: 'create' | 'cut' }
    | { type: 'crd', group: string }

/** Every form that a grant may have, as a person writes it, by its first word. */
export const GRANT_FORMS: Record<Grant['type'], string> = {
  'privileged': 'privileged:STEP',
  'host-network': 'host-network:STEP',
  'host-pid': 'host-pid:STEP',
  'mount': 'mount:PATH:ro|rw:STEP',
  'cap': 'cap:NAME:STEP',
  'device': 'device:PATH:STEP',
  'port': 'port:ADDRESS:STEP',
  'cluster': 'cluster:create|cut',
  'cluster-scoped': 'cluster-scoped:STEP',
  'crd': 'crd:GROUP',
  'unguarded': 'unguarded:STEP',
}

/** Capabilities of Linux, without `CAP_`, and `ALL`; source: capabilities(7). */
export const CAPABILITIES = [
  ...['ALL', 'AUDIT_CONTROL', 'AUDIT_READ', 'AUDIT_WRITE', 'BLOCK_SUSPEND', 'BPF', 'CHECKPOINT_RESTORE', 'CHOWN', 'DAC_OVERRIDE'],
  ...['DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'IPC_LOCK', 'IPC_OWNER', 'KILL', 'LEASE', 'LINUX_IMMUTABLE', 'MAC_ADMIN', 'MAC_OVERRIDE'],
  ...['MKNOD', 'NET_ADMIN', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_RAW', 'PERFMON', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID'],
  ...['SYSLOG', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_CHROOT', 'SYS_MODULE', 'SYS_NICE', 'SYS_PACCT', 'SYS_PTRACE', 'SYS_RAWIO', 'SYS_RESOURCE'],
  ...['SYS_TIME', 'SYS_TTY_CONFIG', 'WAKE_ALARM'],
] as const

const STEP = '(?<step>[a-z0-9][a-z0-9-]{0,62})'
const FORMS: RegExp[] = [
  `(?<type>privileged|host-network|host-pid|cluster-scoped|unguarded):${STEP}`,
  `(?<type>mount):(?<path>[^:]+):(?<mode>r[ow]):${STEP}`,
  `(?<type>cap):(?<name>(?:CAP_)?(?:${CAPABILITIES.join('|')})):${STEP}`,
  `(?<type>device):(?<path>/[^:]+):${STEP}`,
  // An IPv6 address has colons of its own.
  `(?<type>port):(?<address>\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[\\da-fA-F:.]+\\]|[\\da-fA-F:.]*:[\\da-fA-F:.]*):${STEP}`,
  '(?<type>cluster):(?<action>create|cut)',
  '(?<type>crd):(?<group>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)',
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
