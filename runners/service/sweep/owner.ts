import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import process from 'node:process'

/**
 * Whether the process that made something still runs; `unknown` where another machine or container would have to be
 * asked.
 */
export type OwnerState = 'alive' | 'dead' | 'unknown'

/**
 * Identifies this process, even after its pid is given to another: boot id, pid, start time, and on Linux the place
 * where its pid counts. Two containers of one machine count their own pids, two machines may share one engine.
 */
export function ownerId(): string {
  return [bootId(), process.pid, startOf(process.pid) ?? '', ...placeId()].join(':')
}

/** The pid in an owner's id; undefined if it is none. */
export function pidOf(owner: string): number | undefined {
  const pid = Number(owner.split(':')[1])
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

/** How it stands with the process `owner`. */
export function ownerState(owner: string): OwnerState {
  const [boot, , start, place] = owner.split(':')
  const pid = pidOf(owner)
  const [here] = placeId()
  if (!pid || (place !== undefined && place !== here))
    return 'unknown'
  if (boot !== bootId() || !exists(pid))
    return 'dead'
  const now = startOf(pid)
  // A process of another user may be hidden; that it is there is all we know.
  return now === undefined || now === start ? 'alive' : 'dead'
}

let boot: string | undefined
function bootId(): string {
  return boot ??= tryTo(() => process.platform === 'darwin'
    ? execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    : readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? 'unknown'
}

let place: string[] | undefined
function placeId(): string[] {
  return place ??= process.platform === 'linux'
    ? [createHash('sha256').update(tryTo(() => readFileSync('/etc/machine-id', 'utf8').trim()) || hostname()).update(tryTo(() => readlinkSync('/proc/self/ns/pid')) ?? '').digest('hex').slice(0, 8)]
    : []
}

/** When the process started, as the system counts it; `ended` for a zombie. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = tryTo(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
    // The second field, the program's name, may hold blanks and brackets.
    const [state, ...rest] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
    return state === 'Z' || state === 'X' ? 'ended' : rest[18]
  }
  if (process.platform === 'win32')
    return undefined
  const started = tryTo(() => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' }, stdio: ['ignore', 'pipe', 'ignore'] }))
  const at = Date.parse(`${started?.trim()} UTC`)
  return Number.isNaN(at) ? undefined : String(at / 1000)
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  }
  catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function tryTo<T>(read: () => T): T | undefined {
  try {
    return read()
  }
  catch {
    return undefined
  }
}
