import type { LogEvent } from '../../../../runners/protocol/event.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../../../runners/service/run/log.ts'

it('keeps every event, those too that have left the memory', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-log-'))
  const log = createLog({ cols: 40, rows: 5, spool: join(dir, 'run.jsonl') })
  onTestFinished(async () => {
    log.dispose()
    await rm(dir, { recursive: true, force: true })
  })
  const appended: LogEvent[] = []
  let spills = 0
  for (let first = 1; spills < 3;) {
    appended.push(log.append({ type: 'output', data: 'x'.repeat(64 * 1024) }))
    if (!log.from(first)) {
      spills++
      while (!log.from(first))
        first++
    }
  }
  const seqs: number[] = []
  for await (const { seq } of log.all())
    seqs.push(seq)
  expect(seqs).toEqual(appended.map(({ seq }) => seq))
  expect(log.from(1)).toBeUndefined()
  expect(log.from(log.state.seq)).toEqual([appended.at(-1)])
})
