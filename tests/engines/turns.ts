import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'

/** Waits until no other worker of this run holds `name`; resolves with how to give it back. */
export async function takeTurn(name: string): Promise<() => Promise<void>> {
  // All workers have the same parent.
  const holder = join(tmpdir(), `kamishibai-turn-${process.ppid}-${name}`)
  for (;;) {
    if (await writeFile(holder, String(process.pid), { flag: 'wx' }).then(() => true, () => false))
      return () => rm(holder)
    if (!isAlive(Number(await readFile(holder, 'utf8').catch(() => ''))))
      await rm(holder, { force: true })
    else
      await delay(50)
  }
}

/** The tests of this file wait for those of other files that name the same thing. */
export function inTurns(name: string): void {
  let done: (() => Promise<void>) | undefined
  beforeAll(async () => void (done = await takeTurn(name)), 900_000)
  afterAll(() => done?.())
}

/** Without a number yet, it has just been made. */
function isAlive(pid: number): boolean {
  try {
    return !pid || process.kill(pid, 0)
  }
  catch {
    return false
  }
}
