import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ONCE = resolve(import.meta.dirname, '../../../runners/kubernetes/cluster/build-once.sh')

// It builds for the two-node cluster, which only Linux can have.
describe.skipIf(process.platform !== 'linux')('what the cluster is built from', () => {
  let root: string
  let build: string
  let dir: string
  const once = async (): Promise<string> => (await run(ONCE, [build, dir])).stdout

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kamishibai-build-'))
    build = join(root, 'build.sh')
    dir = join(root, 'cache', 'key')
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  const builds = (body: string): Promise<void> => writeFile(build, `#!/bin/sh\nset -e\nmkdir -p "$1"\n${body}\n`, { mode: 0o755 })
  const made = (): Promise<string> => readFile(join(dir, 'made'), 'utf8')

  it('is built once by those who want it at the same time', async () => {
    // Whoever is first holds on until another says that it waits.
    await builds(`echo made >> "$1/made"; until [ -e "${root}/waits" ]; do sleep 0.01; done`)
    await Promise.all([1, 2, 3].map(() => {
      const one = run(ONCE, [build, dir])
      one.child.stdout!.once('data', () => void writeFile(join(root, 'waits'), ''))
      return one
    }))
    expect(await made()).toBe('made\n')
  })

  it('has its name only when it is complete, and what was cut off is taken up again', async () => {
    await builds(`echo part >> "$1/made"; exit 1`)
    await expect(once()).rejects.toThrow()
    expect(existsSync(dir)).toBe(false)
    await builds(`echo rest >> "$1/made"`)
    await once()
    expect(await made()).toBe('part\nrest\n')
  })
})
