import type { Finding } from './finding.ts'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { isNewEnough, OLDEST_NODE } from '../../protocol/node-version.mjs'
import { isFreePort } from '../free-port.ts'
import { fine } from './finding.ts'

const GIB = 1024 ** 3
/** What a talk with containers and a browser needs. */
const ENOUGH = { memory: 1.5 * GIB, disk: 2 * GIB }
/** A battery that may not last for a talk, in percent. */
const LOW = 60
const SUPPLIES = '/sys/class/power_supply'

/** Whether this Node can run Slidev. */
export function checkNode(): Finding {
  return isNewEnough(process.versions.node)
    ? fine('node', `Node ${process.versions.node}`)
    : { id: 'node', ok: false, severity: 'risk', message: `Slidev needs Node ${OLDEST_NODE} or newer, this is ${process.versions.node}`, fix: 'Start with npm: npm start brings its own.' }
}

/** Whether there is room for containers and a browser. */
export function checkMemory(free = availableMemory()): Finding {
  const text = `${(free / GIB).toFixed(1)} GiB of memory free`
  return free >= ENOUGH.memory ? fine('memory', text) : { id: 'memory', ok: false, severity: 'warning', message: text, fix: 'Close what is not needed.' }
}

function availableMemory(): number {
  try {
    const [, kib] = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? []
    return kib ? Number(kib) * 1024 : freemem()
  }
  catch {
    return freemem()
  }
}

/** Whether there is room for images and recordings. */
export async function checkDisk(dir = tmpdir()): Promise<Finding> {
  const { bavail, bsize } = await statfs(dir)
  const free = bavail * bsize
  const text = `${(free / GIB).toFixed(1)} GiB of disk free`
  return free >= ENOUGH.disk ? fine('disk', text) : { id: 'disk', ok: false, severity: 'warning', message: text, fix: 'docker system df shows what images and containers take.' }
}

/** A clock behind the newest recording is wrong: certificates and ages would be as well. */
export function checkClock(latest: number, now = Date.now()): Finding {
  return latest <= now
    ? fine('clock', `the clock says ${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`)
    : { id: 'clock', ok: false, severity: 'warning', message: `the clock says ${new Date(now).toISOString()}, but a recording was made at ${new Date(latest).toISOString()}`, fix: 'Set the clock.' }
}

/** Whether the machine is on its battery; nothing where it has none. */
export function checkPower(dir = SUPPLIES): Finding[] {
  const read = (name: string, file: string): string => {
    try {
      return readFileSync(join(dir, name, file), 'utf8').trim()
    }
    catch {
      return ''
    }
  }
  const names = existsSync(dir) ? readdirSync(dir) : []
  const battery = names.find(name => read(name, 'type') === 'Battery' && read(name, 'capacity'))
  if (!battery)
    return []
  const charge = Number(read(battery, 'capacity'))
  const plugged = names.some(name => read(name, 'type') === 'Mains' && read(name, 'online') === '1')
  return plugged || charge >= LOW
    ? [fine('power', plugged ? `plugged in, battery at ${charge} %` : `on battery, ${charge} %`)]
    : [{ id: 'power', ok: false, severity: 'warning', message: `on battery, ${charge} %`, fix: 'Plug it in.' }]
}

/**
 * Whether the ports that steps publish on this machine are free; `ports` as `plan` shows them: `8080:80`,
 * `127.0.0.1:8080:80`.
 */
export async function checkPorts(ports: { step: string, port: string }[]): Promise<Finding> {
  const published = new Map<number, string>()
  for (const { step, port } of ports) {
    const number = Number(port.split('/')[0]!.split(':').at(-2))
    if (number)
      published.set(number, step)
  }
  const taken: string[] = []
  for (const [port, step] of published) {
    if (!await isFreePort(port))
      taken.push(`${port} (${step})`)
  }
  if (taken.length)
    return { id: 'ports', ok: false, severity: 'risk', message: `Somebody listens on a port that a step wants: ${taken.join(', ')}`, fix: 'End it, or kamishibai sweep if an earlier session left it.' }
  return fine('ports', published.size ? `ports ${[...published.keys()].join(', ')} are free` : 'no step publishes a fixed port')
}
