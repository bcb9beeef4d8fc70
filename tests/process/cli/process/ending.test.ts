import type { Readable } from 'node:stream'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { unlessEnded } from '../../../../runners/cli/process/ending.ts'
import { BIN, ROOT } from '../../../_cli.ts'

async function ownFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-cut-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** Resolves when a program has written `word`. */
function said(stream: Readable, word: string): Promise<void> {
  return new Promise((resolve) => {
    let all = ''
    stream.on('data', (part: Buffer) => {
      all += String(part)
      if (all.includes(word))
        resolve()
    })
  })
}

it.each([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const)('%s ends a build with %i, a sentence, and nothing in the folder for temporary files', { timeout: 60_000 }, async (signal, code) => {
  const [tmp, out] = [await ownFolder(), await ownFolder()]
  const child = spawn(process.execPath, [BIN, 'build', 'slides/tour.md', '--output', join(out, 'site')], { cwd: ROOT, detached: true, env: { ...process.env, TMPDIR: tmp } })
  const err = text(child.stderr)
  // Slidev has said what it is about to build.
  await said(child.stdout, 'Slidev')
  // As a terminal does it: to all programs of the command.
  process.kill(-child.pid!, signal)
  expect(await once(child, 'exit')).toEqual([code, null])
  expect(await err).toBe('The build was ended before it was done.\n')
  expect(await readdir(tmp)).toEqual([])
  expect(await readdir(out)).toEqual([])
})

it.each([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const)('%s ends the process once the work is over, though that was done', async (signal, code) => {
  const exits: number[] = []
  const done = await unlessEnded(async (ending) => {
    process.emit(signal)
    expect(exits).toEqual([])
    return ending.aborted
  }, code => exits.push(code))
  expect({ done, exits }).toEqual({ done: true, exits: [code] })
})

it('leaves signals alone when it is over', async () => {
  const before = process.listenerCount('SIGINT')
  const exits: number[] = []
  expect(await unlessEnded(() => Promise.resolve('done'), code => exits.push(code))).toBe('done')
  expect({ exits, listeners: process.listenerCount('SIGINT') }).toEqual({ exits: [], listeners: before })
})
