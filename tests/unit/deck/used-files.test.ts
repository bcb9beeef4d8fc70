import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { usedFiles } from '../../../runners/deck/used-files.ts'
import { step } from '../../_session.ts'

async function folder(files: string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-used-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  for (const file of files) {
    await mkdir(join(dir, file, '..'), { recursive: true })
    await writeFile(join(dir, file), '')
  }
  return dir
}

it('names the files of the deck that a script reads or writes to', async () => {
  const dir = await folder(['setup.sh', 'lib/a.sh', 'out'])
  expect(usedFiles(step('a', { code: 'sh setup.sh; . ./lib/a.sh; date >out; cat gone lib' }), dir)).toEqual(['lib/a.sh', 'setup.sh', 'out'])
})

it.each([['longer than any name', 'A'.repeat(300)], ['no text', 'a\0b'], ['a path below a file', 'out/a.txt']])('passes a word that is %s', async (_, word) => {
  expect(usedFiles(step('a', { code: `echo ${word}` }), await folder(['out']))).toEqual([])
})

it('names nothing beside the deck\'s folder, even where its name begins alike', async () => {
  const dir = await folder(['talk/a.sh', 'talk-2/b.sh'])
  expect(usedFiles(step('a', { code: 'sh a.sh; sh ../talk-2/b.sh' }), join(dir, 'talk'))).toEqual(['a.sh'])
})

it('names all of a build\'s context but what no build needs', async () => {
  const dir = await folder(['app/Dockerfile', 'app/src/main.go', 'app/node_modules/x/y.js', 'app/.git/HEAD', 'other/z'])
  expect(usedFiles(step('a', { verb: 'build', runner: 'docker', lang: 'dockerfile', code: 'FROM scratch', context: 'app' }), dir)).toEqual(['app/Dockerfile', 'app/src/main.go'])
})

it('has nothing of a context that is not there', async () => {
  expect(usedFiles(step('a', { verb: 'build', runner: 'docker', context: 'gone' }), await folder([]))).toEqual([])
})
