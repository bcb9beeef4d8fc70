import { existsSync, lstatSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { quote } from '../protocol/shell-quote.ts'

/** What of the machine a confined shell sees, as it is and read-only, where it is there. */
const SYSTEM = ['/bin', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/nix', '/opt', '/sbin', '/sys', '/usr']
const DEVICES = ['full', 'null', 'random', 'tty', 'urandom', 'zero']
/** What of a new /proc root could still write through; source: the read-only paths of containers in moby. */
const PROC_READ_ONLY = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger']

/** A path of the machine that a confined shell sees at the same place. */
export interface Shared { path: string, mode: 'ro' | 'rw' }

export interface RoomOptions {
  /** An empty folder: where the room is built. */
  root: string
  /** The room's /tmp. */
  tmp: string
  shared: Shared[]
}

interface Mount { at: string, flags: string[] }

/**
 * A script for `sh` that builds a room in mount, user and PID namespaces of its own, moves into it, says its pid as the
 * machine counts, and lasts until its standard input ends. All that runs in the room ends with it.
 */
export function roomScript({ root, tmp, shared }: RoomOptions): string {
  const mounts = readMounts()
  const at = (path: string): string => quote(join(root, path))
  const bind = ({ path, mode }: Shared): string[] => {
    const place = statSync(path).isDirectory() ? [`mkdir -p ${at(path)}`] : [`mkdir -p ${at(dirname(path))}`, `[ -e ${at(path)} ] || : >${at(path)}`]
    return [...place, `mount --rbind ${quote(path)} ${at(path)}`, ...mode === 'ro' ? readOnly(path, mounts).map(({ at: own, flags }) => remount(at(own), flags)) : []]
  }
  const system = SYSTEM.filter(path => existsSync(path)).flatMap(path =>
    lstatSync(path).isSymbolicLink() ? [`ln -s ${quote(readlinkSync(path))} ${at(path)}`] : bind({ path, mode: 'ro' }))
  const names = existsSync('/etc/resolv.conf') ? realpathSync('/etc/resolv.conf') : '/etc'
  return [
    'set -e',
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    // As the machine counts: the old /proc is still here.
    'read -r pid rest </proc/self/stat',
    `mount -t tmpfs -o mode=755 tmpfs ${quote(root)}`,
    ...system,
    ...names.startsWith('/etc') ? [] : bind({ path: names, mode: 'ro' }),
    `mkdir -p ${at('/dev')} ${at('/proc')} ${at('/run')} ${at('/tmp')} ${at('/var')}`,
    `mount -t tmpfs -o mode=755 tmpfs ${at('/dev')}`,
    `mkdir ${at('/dev/pts')} ${at('/dev/shm')}`,
    ...DEVICES.flatMap(name => [`: >${at(`/dev/${name}`)}`, `mount --bind /dev/${name} ${at(`/dev/${name}`)}`]),
    `mount --rbind /dev/pts ${at('/dev/pts')}`,
    `mount -t tmpfs -o mode=1777 tmpfs ${at('/dev/shm')}`,
    ...[['pts/ptmx', 'ptmx'], ['/proc/self/fd', 'fd'], ['/proc/self/fd/0', 'stdin'], ['/proc/self/fd/1', 'stdout'], ['/proc/self/fd/2', 'stderr']].map(([to, name]) => `ln -s ${to} ${at(`/dev/${name}`)}`),
    `mount -t proc -o nosuid,nodev,noexec proc ${at('/proc')}`,
    ...PROC_READ_ONLY.map(name => `[ ! -e ${at(`/proc/${name}`)} ] || { mount --bind ${at(`/proc/${name}`)} ${at(`/proc/${name}`)} && ${remount(at(`/proc/${name}`), ['nosuid', 'nodev', 'noexec', 'relatime'])}; }`),
    `mount --bind ${quote(tmp)} ${at('/tmp')}`,
    ...shared.flatMap(bind),
    `cd ${quote(root)}`,
    'mkdir .old',
    'pivot_root . .old',
    'cd /',
    'umount -l /.old',
    'rmdir /.old',
    'mount -o remount,bind,ro /',
    'echo "$pid"',
    'while read -r line; do :; done',
  ].join('\n')
}

/** What must be made read-only for a path to be so: the mount that it lies on, and those below it. */
function readOnly(path: string, mounts: Mount[]): Mount[] {
  const below = mounts.filter(({ at }) => at.startsWith(`${path}/`))
  const own = mounts.filter(({ at }) => path === at || at === '/' || path.startsWith(`${at}/`)).reduce((a, b) => b.at.length >= a.at.length ? b : a, { at: '/', flags: [] })
  return [{ at: path, flags: own.flags }, ...below]
}

/** What a mount forbade already stays forbidden: the kernel insists. What cannot be reached cannot be written to. */
function remount(path: string, flags: string[]): string {
  return `{ mount -o ${['remount', 'bind', 'ro', ...flags].join(',')} ${path} 2>/dev/null || [ ! -e ${path} ] || mount -o ${['remount', 'bind', 'ro', ...flags].join(',')} ${path}; }`
}

/** The mounts of this machine, the last at a place only; source: proc_pid_mountinfo(5). */
function readMounts(): Mount[] {
  const mounts = new Map<string, Mount>()
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [, , , , place, options] = line.split(' ')
    const at = place?.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    if (at)
      mounts.set(at, { at, flags: options!.split(',').filter(flag => flag !== 'rw' && flag !== 'ro') })
  }
  return [...mounts.values()]
}
