import type { Scope } from './scope.ts'
import type { Rule, Rules } from './shape.ts'
import { capabilityName } from '../grants.ts'
import { forbidden } from './refusal.ts'
import { count, flag, integer, list, never, oneOf, shape, text, words } from './shape.ts'

const deviceFields = shape<Scope>({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })

const device: Rule<Scope> = async (value, path, scope) => {
  const checked = await deviceFields(value ?? {}, path, scope) as { PathOnHost?: string }
  const onHost = checked.PathOnHost ?? ''
  if (!scope.grants.device(onHost, scope.step))
    throw forbidden(`the device ${onHost} (${path})`, `device:${onHost}:${scope.step}`)
  return checked
}

/** A capability that is added needs a grant; to drop one needs none. */
export const capability: Rule<Scope> = (value, path, { grants, step }) => {
  const name = text(value, path) ?? ''
  if (!grants.capability(name, step))
    throw forbidden(`the added capability ${name} (${path})`, `cap:${capabilityName(name)}:${step}`)
  return name
}

const pids: Rule<Scope> = (value, path, context) => count('an unlimited number of processes')(value, path, context) || undefined
const swap: Rule<Scope> = count('unlimited swap')
const ulimits = list(shape<Scope>({
  Name: oneOf('the ulimit', 'core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'nofile', 'nproc', 'rss', 'stack'),
  Soft: integer,
  Hard: integer,
}))

/** What a container may take of the machine, as its creation says it. */
export const resourceRules: Rules<Scope> = {
  CpuShares: count('negative shares'),
  Memory: count('unlimited memory'),
  NanoCpus: count('unlimited CPU time'),
  CgroupParent: never('another parent of the control group'),
  BlkioWeight: count('a negative weight'),
  BlkioWeightDevice: never('limits of the host\'s devices'),
  BlkioDeviceReadBps: never('limits of the host\'s devices'),
  BlkioDeviceWriteBps: never('limits of the host\'s devices'),
  BlkioDeviceReadIOps: never('limits of the host\'s devices'),
  BlkioDeviceWriteIOps: never('limits of the host\'s devices'),
  CpuPeriod: count('a negative period'),
  CpuQuota: count('unlimited CPU time'),
  CpuRealtimePeriod: never('real-time scheduling'),
  CpuRealtimeRuntime: never('real-time scheduling'),
  CpusetCpus: text,
  CpusetMems: text,
  Devices: list(device),
  DeviceCgroupRules: never('rules for devices'),
  DeviceRequests: never('requests for devices'),
  KernelMemory: count('unlimited memory'),
  KernelMemoryTCP: count('unlimited memory'),
  MemoryReservation: count('unlimited memory'),
  MemorySwap: swap,
  MemorySwappiness: integer,
  OomKillDisable: never('a container that is not killed when memory runs out'),
  PidsLimit: pids,
  Ulimits: ulimits,
  CpuCount: count('a negative count'),
  CpuPercent: count('a negative share'),
  IOMaximumIOps: count('a negative rate'),
  IOMaximumBandwidth: count('a negative rate'),
}

/** When an engine starts the container again; it is swept with the session all the same. */
export const restartPolicy: Rule<Scope> = shape<Scope>({
  Name: oneOf('the restart policy', 'no', 'always', 'on-failure', 'unless-stopped'),
  MaximumRetryCount: count('a negative count'),
})

/** An update may set another limit, never take one away: what is 0 in a creation is no limit here. */
export const updateBody = shape<Scope>({
  ...resourceRules,
  PidsLimit: (value, path, context) => {
    if (value === 0)
      throw forbidden(`an unlimited number of processes (${path}: 0)`, `unguarded:${context.step}`)
    return pids(value, path, context)
  },
  Devices: never('devices'),
  OomKillDisable: never('a container that is not killed when memory runs out'),
  RestartPolicy: restartPolicy,
})

/** A program in a running container. */
export const execBody = shape<Scope>({
  User: text,
  Privileged: (value, path, { grants, step }) => {
    if (flag(value, path) && !grants.has('privileged', step))
      throw forbidden(`a program with privileges (${path})`, `privileged:${step}`)
    return value
  },
  Tty: flag,
  ConsoleSize: list(integer),
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  Detach: flag,
  DetachKeys: text,
  Env: list(text),
  WorkingDir: text,
  Cmd: words,
})

/** The start of such a program. */
export const execStartBody = shape<Scope>({ Detach: flag, Tty: flag, ConsoleSize: list(integer) })
