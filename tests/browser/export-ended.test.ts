import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { BIN, ROOT } from '../_cli.ts'
import { inTurns } from '../engines/turns.ts'

inTurns('vite-cache')

it.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('%s ends an export with %i while its browser runs, and leaves nothing', { timeout: 60_000 }, async (signal, code) => {
  const tmp = await mkdtemp(join(tmpdir(), 'kamishibai-ended-'))
  onTestFinished(() => rm(tmp, { recursive: true, force: true }))
  const changes = watch(tmp, { recursive: true })
  const ended = Promise.withResolvers<{ code: unknown, err: string }>()
  const child = execFile(process.execPath, [BIN, 'export', 'slides/tour.md', '--output', join(tmp, 'tour.pdf')], { cwd: ROOT, env: { ...process.env, TMPDIR: tmp } }, (error, _, err) => ended.resolve({ code: error?.code, err }))
  for await (const { filename } of changes) {
    if (/chromium/i.test(filename ?? ''))
      break
  }
  child.kill(signal)
  expect(await ended.promise).toEqual({ code, err: 'The export was ended before it was done.\n' })
  expect(await readdir(tmp)).toEqual([])
})
