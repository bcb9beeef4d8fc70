import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'

const OWNER = resolve(import.meta.dirname, '../runners/service/sweep/owner.ts')

/** Another process that tells its owner id and waits; it ends with the test. */
export async function otherOwner(): Promise<{ owner: string, pid: number, kill: () => Promise<void> }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', `import(${JSON.stringify(OWNER)}).then(({ ownerId }) => { console.log(ownerId()); setInterval(() => {}, 1000) })`], { cwd: join(OWNER, '../../../..'), stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  const [line] = await once(child.stdout, 'data') as [Buffer]
  return { owner: line.toString().trim(), pid: child.pid!, kill }
}

/** The owner id of a process that has ended. */
export async function deadOwner(): Promise<string> {
  const { owner, kill } = await otherOwner()
  await kill()
  return owner
}
