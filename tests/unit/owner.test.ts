import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { ownerId, ownerState, pidOf } from '../../runners/service/owner.ts'

const OWNER = resolve(import.meta.dirname, '../../runners/service/owner.ts')

/** Another process that tells its owner id and waits. */
async function other(): Promise<{ owner: string, kill: () => Promise<void> }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', `import(${JSON.stringify(OWNER)}).then(({ ownerId }) => { console.log(ownerId()); setInterval(() => {}, 1000) })`], { cwd: join(OWNER, '../../..'), stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data') as [Buffer]
  return {
    owner: line.toString().trim(),
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

it('knows itself, the same at every call', () => {
  expect(ownerId()).toBe(ownerId())
  expect(pidOf(ownerId())).toBe(process.pid)
  expect(ownerState(ownerId())).toBe('alive')
})

it('sees another process alive, and dead once it was killed', async () => {
  const { owner, kill } = await other()
  expect(ownerState(owner)).toBe('alive')
  await kill()
  expect(ownerState(owner)).toBe('dead')
})

it('takes a pid that was given to another process for dead, and so everything before this boot', () => {
  const [boot, pid, , ...place] = ownerId().split(':')
  expect(ownerState([boot, pid, 1, ...place].join(':'))).toBe(process.platform === 'win32' ? 'alive' : 'dead')
  expect(ownerState([boot, 0x7FFFFFF0, 1, ...place].join(':'))).toBe('dead')
  expect(ownerState(['00000000-0000-4000-8000-000000000000', pid, 1, ...place].join(':'))).toBe('dead')
  expect(ownerState('00000000-0000-4000-8000-000000000000:1:1')).toBe('dead')
})

it('judges neither what is no owner nor one of another machine or container', () => {
  for (const owner of ['', 'test', 'a:b:c', `${ownerId().split(':').slice(0, 3).join(':')}:elsewhere`])
    expect(ownerState(owner)).toBe('unknown')
})
