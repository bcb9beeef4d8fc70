import type { Scope } from './scope.ts'
import type { Rule } from './shape.ts'
import { bindText, mount } from './mounts.ts'
import { containerMode, link, networkMode, portBindings } from './networking.ts'
import { forbidden } from './refusal.ts'
import { capability, resourceRules, restartPolicy } from './resources.ts'
import { count, flag, integer, list, map, never, oneOf, shape, text } from './shape.ts'

/** Kernel parameters of a container's own namespaces that cannot harm its neighbours; source: Kubernetes' safe set. */
const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_forward',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
  'net.ipv6.conf.all.disable_ipv6',
])

/** Options of the loggers that keep a container's output on its engine. */
const LOG_OPTIONS = ['max-size', 'max-file', 'compress', 'mode', 'max-buffer-size', 'labels', 'labels-regex', 'env', 'env-regex', 'tag']

/** A namespace of the container's own, or that of another container of the session. */
function namespace(what: string, ...own: string[]): Rule<Scope> {
  return async (value, path, scope) => {
    const mode = text(value, path)
    if (!mode || own.includes(mode))
      return mode
    const shared = await containerMode(mode, scope)
    if (shared)
      return shared
    throw forbidden(`${what} ${JSON.stringify(mode)} (${path})`, `unguarded:${scope.step}`)
  }
}

const pidMode: Rule<Scope> = (value, path, scope) => {
  if (value !== 'host')
    return namespace('the process namespace')(value, path, scope)
  if (!scope.grants.has('host-pid', scope.step))
    throw forbidden(`the host's processes (${path})`, `host-pid:${scope.step}`)
  return value
}

const privileged: Rule<Scope> = (value, path, { grants, step }) => {
  if (flag(value, path) && !grants.has('privileged', step))
    throw forbidden(`privileged mode (${path})`, `privileged:${step}`)
  return value
}

const securityOption: Rule<Scope> = (value, path, { step }) => {
  const option = text(value, path) ?? ''
  if (!/^no-new-privileges(?:[:=]true)?$/.test(option))
    throw forbidden(`the security option ${JSON.stringify(option)} (${path})`, `unguarded:${step}`)
  return option
}

/** An object of texts of which only some names may stand there. */
function named(what: string, allowed: (name: string) => boolean): Rule<Scope> {
  return async (value, path, scope) => {
    const checked = (await map<Scope>(text)(value, path, scope)) as Record<string, string> | undefined
    const strange = Object.keys(checked ?? {}).find(name => !allowed(name))
    if (strange !== undefined)
      throw forbidden(`${what} ${JSON.stringify(strange)} (${path})`, `unguarded:${scope.step}`)
    return checked
  }
}

/** Empty lists unmask what engines hide of the host: only the engine's own may stand. */
function engineOwn(what: string): Rule<Scope> {
  return (value, path, { step }) => {
    if (value !== null && value !== undefined)
      throw forbidden(`${what} (${path})`, `unguarded:${step}`)
    return undefined
  }
}

/** How a container stands on its host. */
export const hostConfig = shape<Scope>({
  ...resourceRules,
  Binds: list(bindText),
  ContainerIDFile: text,
  LogConfig: shape<Scope>({ Type: oneOf('the log driver', 'json-file', 'local', 'none'), Config: named('the log option', name => LOG_OPTIONS.includes(name)) }),
  NetworkMode: networkMode,
  PortBindings: portBindings,
  RestartPolicy: restartPolicy,
  AutoRemove: flag,
  VolumeDriver: oneOf('the volume driver', 'local'),
  VolumesFrom: list(async (value, path, { objects }) => {
    const [ref, ...mode] = (text(value, path) ?? '').split(':')
    return [await objects.container(ref!), ...mode].join(':')
  }),
  ConsoleSize: list(integer),
  Annotations: never('annotations for the runtime'),
  CapAdd: list(capability),
  CapDrop: list(text),
  CgroupnsMode: oneOf('the control group namespace', 'private'),
  Dns: list(text),
  DnsOptions: list(text),
  DnsSearch: list(text),
  ExtraHosts: list(text),
  GroupAdd: list(text),
  IpcMode: namespace('the IPC namespace', 'none', 'private', 'shareable'),
  Cgroup: never('the control group of another container'),
  Links: list(link),
  OomScoreAdj: count('a container that outlives others when memory runs out'),
  PidMode: pidMode,
  Privileged: privileged,
  PublishAllPorts: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: list(securityOption),
  StorageOpt: never('options of the storage driver'),
  Tmpfs: map(text),
  UTSMode: oneOf('the host name\'s namespace', 'private'),
  UsernsMode: oneOf('the user namespace', 'private'),
  ShmSize: count('unlimited shared memory'),
  Sysctls: named('the kernel parameter', name => SAFE_SYSCTLS.has(name)),
  Runtime: oneOf('the runtime', 'runc', 'io.containerd.runc.v2'),
  Isolation: oneOf('the isolation', 'default'),
  Mounts: list(mount),
  MaskedPaths: engineOwn('other masked paths'),
  ReadonlyPaths: engineOwn('other read-only paths'),
  Init: flag,
})
