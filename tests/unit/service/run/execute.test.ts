import type { Phase } from '../../../../runners/protocol/event.ts'
import type { LiveWorld } from '../../../../runners/service/run/execute.ts'
import type { LiveRun, Run } from '../../../../runners/service/run/types.ts'
import { expect, it, onTestFinished } from 'vitest'
import { prepareRun } from '../../../../runners/service/run/execute.ts'
import { createLog } from '../../../../runners/service/run/log.ts'
import { step } from '../../../_session.ts'

/** A run that stands in this phase. */
function runIn(id: string, mode: 'live' | 'replay', phase: Phase, needs: string[] = []): LiveRun {
  const log = createLog({ cols: 40, rows: 5, spool: '' })
  onTestFinished(() => log.dispose())
  log.append({ type: 'phase', phase })
  return {
    info: { step: id, mode },
    step: step(id, { needs }),
    log,
    moment: Promise.resolve({ phase }),
    signal: new AbortController(),
  } as unknown as LiveRun
}

/** Prepares a run that needs `first`, and says what was started for it. */
async function startedFor(first: Run | undefined, { live, phase = 'exited', current = true }: { live: boolean, phase?: Phase, current?: boolean }): Promise<string[]> {
  const started: string[] = []
  const world = {
    engines: { demandPrograms: () => {}, demand: async () => {}, reset: async () => {} },
    shells: { take: async () => {} },
    lastOf: new Map(first && [['first', first]]),
    isCurrent: () => current,
    canRunLive: () => live,
    start(id: string) {
      started.push(id)
      return runIn(id, live ? 'live' : 'replay', phase)
    },
  } as unknown as LiveWorld
  await prepareRun(world, runIn('second', 'live', 'idle', ['first']), undefined)
  return started
}

it.each<[what: string, mode: 'live' | 'replay' | undefined, phase: Phase, live: boolean, started: string[]]>([
  ['did not run', undefined, 'idle', true, ['first']],
  ['ran', 'live', 'exited', true, []],
  ['runs on', 'live', 'ready', true, []],
  ['failed', 'live', 'failed', true, ['first']],
  ['was cancelled', 'live', 'cancelled', true, ['first']],
  ['was only replayed', 'replay', 'exited', true, ['first']],
  ['was replayed, as it cannot run here', 'replay', 'exited', false, []],
])('a step that is needed and %s', async (_, mode, phase, live, started) => {
  expect(await startedFor(mode && runIn('first', mode, phase), { live })).toEqual(started)
})

it('a step that is needed runs again where its code has changed since', async () => {
  expect(await startedFor(runIn('first', 'live', 'exited'), { live: true, current: false })).toEqual(['first'])
})

it('goes no further where what it needs failed', async () => {
  await expect(startedFor(undefined, { live: true, phase: 'failed' })).rejects.toMatchObject({ code: 'needs-failed', params: { step: 'first' } })
})
