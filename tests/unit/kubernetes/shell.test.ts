import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { builtBinaries } from '../../../runners/kubernetes/cluster/binaries.ts'
import { createShells } from '../../../runners/kubernetes/shell.ts'
import { settingsSchema } from '../../../runners/protocol/headmatter.ts'

/** What a shell of a session finds as kubectl, on a machine that has none but the one that was built for a cluster. */
async function kubectlOf(confine: boolean): Promise<{ text: string, built: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-shell-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const env = { PATH: join(dir, 'nothing'), XDG_CACHE_HOME: join(dir, 'cache'), XDG_STATE_HOME: join(dir, 'state') }
  const built = join(builtBinaries(env), 'kubectl')
  await mkdir(join(built, '..'), { recursive: true })
  await writeFile(built, 'the program itself')
  await chmod(built, 0o755)
  const config = { sessionId: 'test', deckDir: dir, privateDir: join(dir, 'private'), settings: settingsSchema.parse({ confine }), labels: {}, env }
  const shells = createShells(config, [], { name: 'none', server: 'https://127.0.0.1:1', file: '' } as never, () => {})
  const { PATH } = await shells.environment('step', join(dir, 'kubeconfig'))
  await shells.close()
  return { text: await readFile(join(PATH!.split(':').at(-1)!, 'kubectl'), 'utf8'), built }
}

it('gives shells the kubectl that was built, and confined ones a copy, for they do not see where it is kept', async () => {
  const { text, built } = await kubectlOf(false)
  expect(text).toContain(`exec '${built}'`)
  expect((await kubectlOf(true)).text).toBe('the program itself')
})
