import type { Buffer } from 'node:buffer'
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'

/** A terminal that is this long quiet is looked at, in ms. */
const QUIET = 1200
/** Between two looks, in ms; what is seen twice is believed. */
const LOOK = 400
/** Calls of the kernel by which a program waits for input; source: its syscall tables. */
const CALLS: Partial<Record<NodeJS.Architecture, Record<number, 'read' | 'poll' | 'ppoll' | 'select'>>> = {
  x64: { 0: 'read', 7: 'poll', 19: 'read', 23: 'select', 270: 'select', 271: 'ppoll' },
  arm64: { 63: 'read', 65: 'read', 72: 'select', 73: 'ppoll' },
}
/** Programs that take keys, for machines that do not tell what a program waits for. */
const TAKES_KEYS = new Set(['less', 'more', 'most', 'man', 'vi', 'vim', 'nvim', 'view', 'nano', 'emacs', 'pico'])
/** The longest list of descriptors that is read. */
const MOST_FDS = 64

/** Whether a program waits for nothing but its terminal, or among other things. */
type Wait = 'only' | 'also' | undefined

/** What is looked at: the program that leads a terminal, and what came from it. */
export interface Watched {
  pid: number
  /** The name of the program in front, where the kernel tells nothing more. */
  front: () => string
  /** When output came last, by `performance.now`. */
  lastOutputAt: () => number
  /** Whether the last line has no end, as a prompt has none. */
  isPrompt: () => boolean
}

/** Resolves with the name of a program that waits for a key; with undefined when `over` comes first. */
export async function untilKeyWanted(watched: Watched, over: AbortSignal): Promise<string | undefined> {
  let before: string | undefined
  while (!over.aborted) {
    await delay(LOOK, undefined, { ref: false, signal: over }).catch(() => {})
    if (over.aborted)
      return undefined
    const name = performance.now() - watched.lastOutputAt() >= QUIET ? whoWaits(watched) : undefined
    if (name && name === before)
      return name
    before = name
  }
  return undefined
}

function whoWaits({ pid, front, isPrompt }: Watched): string | undefined {
  const calls = process.platform === 'linux' ? CALLS[process.arch] : undefined
  if (!calls)
    return TAKES_KEYS.has(front()) ? front() : undefined
  const terminal = readText(`/proc/${pid}/stat`)
  const group = terminal && fieldsOf(terminal)
  if (!group)
    return undefined
  for (const other of pids()) {
    const stat = readText(`/proc/${other}/stat`)
    const fields = stat && fieldsOf(stat)
    if (!fields || fields.tty !== group.tty || fields.pgrp !== group.foreground)
      continue
    const threads = list(`/proc/${other}/task`)
    for (const thread of threads) {
      const wait = waitOf(other, thread, calls)
      // One thread of several reads what nobody may be asked for: `docker run -it` does, whatever runs in it.
      if ((wait === 'only' && threads.length === 1) || (wait && isPrompt()))
        return fields.name
    }
  }
  return undefined
}

/** Of proc_pid_stat(5); the name may hold blanks and parentheses. */
function fieldsOf(stat: string): { name: string, pgrp: number, tty: number, foreground: number } {
  const end = stat.lastIndexOf(')')
  const [, , pgrp, , tty, foreground] = stat.slice(end + 2).split(' ')
  return { name: stat.slice(stat.indexOf('(') + 1, end), pgrp: Number(pgrp), tty: Number(tty), foreground: Number(foreground) }
}

function waitOf(pid: string, thread: string, calls: Record<number, string>): Wait {
  const [number, ...words] = readText(`/proc/${pid}/task/${thread}/syscall`)?.split(' ') ?? []
  const call = number === undefined ? undefined : calls[Number(number)]
  const [first = 0n, second = 0n, third = 0n] = call ? words.slice(0, 5).map(BigInt) : []
  const lasting = call && words[4] ? BigInt(words[4]) === 0n : false
  const isTerminal = (fd: number): boolean => /^\/dev\/(?:pts\/\d+|tty)$/.test(link(`/proc/${pid}/fd/${fd}`) ?? '')
  const judge = (fds: number[], forever: boolean): Wait =>
    fds.some(isTerminal) ? forever && fds.every(isTerminal) ? 'only' : 'also' : undefined
  switch (call) {
    case 'read': return isTerminal(Number(first)) ? 'only' : undefined
    case 'poll': return judge(polledFds(pid, first, second), BigInt.asIntN(32, third) < 0)
    case 'ppoll': return judge(polledFds(pid, first, second), third === 0n)
    case 'select': return judge(selectedFds(pid, first, second), lasting)
    default: return undefined
  }
}

/** The descriptors of a `struct pollfd` that are waited for to be read. */
function polledFds(pid: string, at: bigint, count: bigint): number[] {
  const size = Math.min(Number(count), MOST_FDS)
  const memory = readMemory(pid, at, size * 8)
  return memory
    ? Array.from({ length: size }, (_, i) => i)
        .filter(i => memory.readInt16LE(i * 8 + 4) & 1)
        .map(i => memory.readInt32LE(i * 8))
    : []
}

/** The descriptors of an `fd_set`. */
function selectedFds(pid: string, count: bigint, at: bigint): number[] {
  const size = Math.min(Number(count), MOST_FDS)
  const memory = at ? readMemory(pid, at, 8) : undefined
  return memory ? Array.from({ length: size }, (_, fd) => fd).filter(fd => memory[fd >> 3]! & (1 << (fd & 7))) : []
}

function readMemory(pid: string, at: bigint, length: number): Buffer | undefined {
  try {
    const file = openSync(`/proc/${pid}/mem`, 'r')
    try {
      const buffer = globalThis.Buffer.alloc(length)
      return readSync(file, buffer, 0, length, at) === length ? buffer : undefined
    }
    finally {
      closeSync(file)
    }
  }
  catch {
    // It ended, or is nobody's to look into.
    return undefined
  }
}

function pids(): string[] {
  return list('/proc').filter(name => /^\d+$/.test(name))
}

function list(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? []
}

function readText(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8'))
}

function link(path: string): string | undefined {
  return attempt(() => readlinkSync(path))
}

/** Programs end while they are looked at. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  }
  catch {
    return undefined
  }
}
