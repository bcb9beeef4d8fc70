import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { storyOf } from '../../../../runners/deck/graph.ts'
import { kamishibai } from '../../../_cli.ts'

it('a story is all steps that needs bind together', () => {
  const steps = [['apply'], ['heal', 'apply'], ['scale', 'heal'], ['pod'], ['shared', 'pod'], ['alone']].map(([id, ...needs]) => ({ id: id!, needs }))
  expect([...storyOf('scale', steps)].sort()).toEqual(['apply', 'heal', 'scale'])
  expect([...storyOf('apply', steps)].sort()).toEqual(['apply', 'heal', 'scale'])
  expect([...storyOf('alone', steps)]).toEqual(['alone'])
})

it('record writes, with what changed, what tells of the same objects, and leaves the rest', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-record-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const deck = join(dir, 'talk/deck.md')
  await mkdir(join(dir, 'talk'))
  // What `apply` says is always the same; how often it ran is said by `look`.
  await writeFile(deck, [
    'sh {run id=apply}\n# hidden: cd "$(mktemp -d)"; echo x >>"$TMPDIR/times"\necho done',
    'sh {run id=look needs=apply}\nwc -l <"$TMPDIR/times"',
    'sh {run id=apart shell=other}\necho apart',
  ].map(fence => `# Slide\n\n\`\`\`${fence}\n\`\`\`\n`).join('\n---\n\n').replaceAll('$TMPDIR', dir))
  const record = async () => (await kamishibai('record', deck, '--trust')).out
  const recordings = () => Promise.all(['apply', 'look', 'apart'].map(id => readFile(join(dir, 'talk/recordings/deck', `${id}.cast`), 'utf8')))
  await record()
  const [apply, look, apart] = await recordings()
  expect(await record()).toMatch(/apply .* unchanged\n[\s\S]*look .* written, and with it apply, whose objects it shows\n[\s\S]*apart .* unchanged\n/)
  const after = await recordings()
  expect(after[0]).not.toBe(apply)
  expect(after[1]).not.toBe(look)
  expect(after[2]).toBe(apart)
})
