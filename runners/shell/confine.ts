import type { ChildProcess } from 'node:child_process'
import type { RunnerConfig } from '../protocol/runner.ts'
import type { Shared } from './room.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { StepError } from '../protocol/error.ts'
import { parseGrant } from '../protocol/grant.ts'
import { ownProgram } from './own-program.ts'
import { roomScript } from './room.ts'

/** Where the programs of util-linux lie. */
const FOLDERS = ['/usr/bin', '/bin']

/** How a program is started. */
export interface Command { file: string, args: string[] }

/**
 * Rooms for the shells of a deck with `confine: true`: of the machine they see the system's folders and the deck's,
 * read-only, what a grant `mount:` adds for their step, and under a grant `cluster:` the command that it is for; /tmp
 * and
 * HOME are the session's own. The network stays.
 */
export interface Confinement {
  /** Why shells cannot be confined here; undefined where they can. */
  lack: () => Promise<string | undefined>
  /** What starts `command` in the room of a step, in the deck's folder. Throws StepError where there is no room. */
  enter: (step: string, command: Command) => Promise<Command>
  /** Ends the rooms with all that runs in them. */
  close: () => Promise<void>
}

interface Room { process: ChildProcess, pid: string }

/** Acquires nothing until it is asked. */
export function createConfinement({ deckDir, privateDir, settings }: Pick<RunnerConfig, 'deckDir' | 'privateDir' | 'settings'>): Confinement {
  /** By what they share with the machine: steps with the same grants find each other's programs. */
  const rooms = new Map<string, Promise<Room>>()

  async function sharedOf(step: string): Promise<Shared[]> {
    const grants = settings.grants.flatMap(text => parseGrant(text) ?? [])
    const granted = grants.flatMap((grant): Shared[] => grant.type === 'mount' && grant.step === step ? [{ path: resolve(deckDir, grant.path), mode: grant.mode }] : [])
    const named = [{ path: deckDir, mode: 'ro' as const }, ...granted]
    // Its steps may call `kamishibai cluster`.
    const own = grants.some(({ type }) => type === 'cluster') ? ownProgram().filter(path => !named.some(shared => path.startsWith(`${shared.path}/`))) : []
    const real = await Promise.all([...named, ...own.map(path => ({ path, mode: 'ro' as const }))].filter(({ path }) => existsSync(path)).map(async one => ({ ...one, path: await realpath(one.path) })))
    return [...real.toSorted((a, b) => a.path.length - b.path.length), { path: await realpath(privateDir), mode: 'rw' }]
  }

  async function roomFor(step: string): Promise<Room> {
    const shared = await sharedOf(step)
    const key = JSON.stringify(shared)
    let room = rooms.get(key)
    if (!room) {
      rooms.set(key, room = build(shared, join(privateDir, 'rooms', String(rooms.size + 1))))
      void room.then(({ process: own }) => own.once('exit', () => rooms.delete(key)), () => {})
    }
    return room
  }

  async function build(shared: Shared[], root: string): Promise<Room> {
    const tmp = join(privateDir, 'tmp')
    await Promise.all([root, tmp].map(path => mkdir(path, { recursive: true, mode: 0o700 })))
    const room = spawn(program('unshare'), ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', roomScript({ root: await realpath(root), tmp, shared })], {
      stdio: 'pipe',
      env: { PATH: FOLDERS.join(':') },
      // A Ctrl-C at our own terminal is not for it.
      detached: true,
    })
    let said = ''
    room.stderr.on('data', (chunk: Buffer) => void (said += chunk))
    return new Promise((resolve, reject) => {
      room.once('error', reject)
      room.once('exit', () => reject(new Error(said.trim().split('\n')[0] || 'the room was not built')))
      room.stdout.once('data', (chunk: Buffer) => resolve({ process: room, pid: String(chunk).trim() }))
    })
  }

  return {
    async lack() {
      if (process.platform !== 'linux')
        return 'only Linux can confine a shell'
      if (!['unshare', 'nsenter'].every(name => FOLDERS.some(folder => existsSync(join(folder, name)))))
        return 'unshare and nsenter of util-linux are not installed'
      return roomFor('').then(() => undefined, (error: Error) => `this machine gives no user namespaces: ${error.message}`)
    },
    async enter(step, { file, args }) {
      const { pid } = await roomFor(step).catch((error: Error) => {
        throw new StepError('not-available', `the shell of ${step} cannot be confined: ${error.message}`, 'See what its grants mount: name.', { cause: error })
      })
      // In the room we are root, which could undo it: within, the user is who he is outside, in a namespace of his own.
      const within = [program('unshare'), '--user', `--map-user=${process.getuid!()}`, `--map-group=${process.getgid!()}`, file, ...args]
      return { file: program('nsenter'), args: ['--target', pid, '--user', '--mount', '--pid', '--preserve-credentials', '/bin/sh', '-c', 'cd "$1"; shift; exec "$@"', 'sh', await realpath(deckDir), ...within] }
    },
    async close() {
      const open = await Promise.allSettled(rooms.values())
      rooms.clear()
      await Promise.all(open.map(async (result) => {
        if (result.status !== 'fulfilled' || result.value.process.exitCode !== null)
          return
        const gone = once(result.value.process, 'exit')
        result.value.process.stdin!.end()
        await gone
      }))
    },
  }
}

function program(name: string): string {
  return FOLDERS.map(folder => join(folder, name)).find(path => existsSync(path)) ?? name
}
