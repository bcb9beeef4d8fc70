import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import process from 'node:process'
import { promisify } from 'node:util'

/** `LISTEN` in the tables of the kernel. */
const LISTENING = '0A'

/** The program that listens at a TCP port of this machine, as `node (pid 42)`; undefined where that cannot be told. */
export async function listenerAt(
  port: number,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  try {
    return platform === 'linux' ? await listenerInProc(port) : await listenerByLsof(port)
  }
  catch {
    return undefined
  }
}

/** Finds the socket in `/proc/net/tcp` (proc(5)), then the process that has it open. */
async function listenerInProc(port: number): Promise<string | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map(name => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const sockets = new Set(tables.flatMap(table => table.split('\n'))
    .map(line => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${wanted}`) && state === LISTENING)
    .map(fields => `socket:[${fields[9]}]`))
  for (const pid of sockets.size ? await readdir('/proc') : []) {
    const open = await readdir(`/proc/${pid}/fd`).catch(() => [])
    const links = await Promise.all(open.map(fd => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
    if (links.some(link => sockets.has(link)))
      return `${(await readFile(`/proc/${pid}/comm`, 'utf8')).trim()} (pid ${pid})`
  }
  return undefined
}

async function listenerByLsof(port: number): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'])
  const [, pid, name] = /^p(\d+)\nc(.*)$/m.exec(stdout) ?? []
  return pid && `${name} (pid ${pid})`
}
