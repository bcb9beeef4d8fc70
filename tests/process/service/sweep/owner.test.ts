import process from 'node:process'
import { expect, it } from 'vitest'
import { ownerId, ownerState, pidOf } from '../../../../runners/service/sweep/owner.ts'
import { otherOwner } from '../../../_owner.ts'

it('knows itself, the same at every call', () => {
  expect(ownerId()).toBe(ownerId())
  expect(pidOf(ownerId())).toBe(process.pid)
  expect(ownerState(ownerId())).toBe('alive')
})

it('sees another process alive, and dead once it was killed', async () => {
  const { owner, kill } = await otherOwner()
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
