import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { kamishibai } from '../../../_cli.ts'

it('runs no script of a deck that nobody approved, and says so', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-fix-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await mkdir(join(dir, 'demo'))
  const ran = join(dir, 'ran')
  await writeFile(join(dir, 'demo/build-image.ts'), `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(ran)}, '')\n`)
  await writeFile(join(dir, 'deck.md'), '# A\n\n```sh {run id=a}\ntrue\n```\n')
  const { err } = await kamishibai('doctor', join(dir, 'deck.md'), '--fix')
  expect(err).toContain('demo/build-image.ts did not run')
  expect(existsSync(ran)).toBe(false)
  await kamishibai('doctor', join(dir, 'deck.md'), '--fix', '--trust')
  expect(existsSync(ran)).toBe(true)
})
