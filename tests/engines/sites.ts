import type { TestProject } from 'vitest/node'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the sites lie that several test files look at. */
    sites: string
  }
}

/** vitest's globalSetup: provides `sites`, an empty folder, and takes it away with what was built into it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-sites-'))
  project.provide('sites', dir)
  return () => rm(dir, { recursive: true, force: true })
}
