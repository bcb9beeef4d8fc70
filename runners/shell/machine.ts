import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/** Where a deck keeps what boots its virtual machine, from its own folder: boot.sh, find.sh, fetch.sh. */
const MACHINE = 'demo/vm'

export interface MachineOptions {
  /** Where programs are looked for, as in `PATH`. */
  path: string
  deckDir: string
  /** Where the system keeps its kernels. @default /boot */
  boot?: string
}

/**
 * Why no virtual machine can boot here; undefined where one can. A deck whose machine lies in `demo/vm` needs what its
 * find.sh looks for: this asks the same, and runs nothing of the deck.
 */
export async function machineLack({ path, deckDir, boot = '/boot' }: MachineOptions): Promise<string | undefined> {
  const folder = join(deckDir, MACHINE)
  const own = existsSync(join(folder, 'find.sh'))
  const program = `qemu-system-${process.arch === 'arm64' && !own ? 'aarch64' : 'x86_64'}`
  if (!findProgram(program, path))
    return `there is no QEMU on this machine (${program})`
  if (!own)
    return undefined
  if (![join(folder, 'vmlinuz'), ...kernelsIn(boot)].some(file => isReadable(file)))
    return 'there is no Linux kernel for the virtual machine'
  const busybox = findProgram('busybox', path)
  if (!busybox)
    return 'there is no busybox for the virtual machine'
  return await isDynamic(busybox, path) ? `${busybox} is not static, and a virtual machine needs one that is` : undefined
}

function findProgram(name: string, path: string): string | undefined {
  return path.split(delimiter).map(folder => join(folder, name)).find(file => isReadable(file, constants.X_OK))
}

function kernelsIn(boot: string): string[] {
  return existsSync(boot) ? readdirSync(boot).filter(name => name.startsWith('vmlinuz-')).map(name => join(boot, name)) : []
}

function isReadable(file: string, how: number = constants.R_OK): boolean {
  try {
    accessSync(file, how)
    return true
  }
  catch {
    return false
  }
}

/** As `ldd` sees it, which fails for what is linked to nothing. */
function isDynamic(file: string, path: string): Promise<boolean> {
  return new Promise(resolve => execFile('ldd', [file], { env: { PATH: path } }, error => resolve(!error)))
}
