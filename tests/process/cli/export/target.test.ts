import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { checkTarget, HANDOUT_MARK, picturesOf, targetOf } from '../../../../runners/cli/export/target.ts'
import { kamishibai } from '../../../_cli.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-target-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
})

it.each([
  ['pdf', 'there', 'there.pdf is a folder'],
  ['pptx', 'there.pptx', 'there.pptx is a folder'],
  ['html', 'folder', 'folder is a folder'],
  ['html', 'deck.md', 'deck.md is there, and no earlier export of this kind'],
  ['png', 'file', 'file is a file'],
  ['png', 'folder', 'folder holds other files'],
  ['md', 'README.md', 'README.md is there, and no earlier export of this kind'],
  ['md', 'folder.md', 'folder holds other files'],
  ['md', 'pictures', 'pictures holds other files'],
])('export --format %s --output %s does nothing where something is in the way', async (format, output, message) => {
  await Promise.all(['there.pdf', 'there.pptx', 'folder', 'pictures'].map(name => mkdir(join(dir, name))))
  await Promise.all(['file', 'folder/letter.txt', 'README.md', 'pictures/1.png'].map(name => writeFile(join(dir, name), 'mine')))
  const deck = join(dir, 'deck.md')
  await writeFile(deck, '# A\n')
  const { code, out, err } = await kamishibai('export', deck, '--format', format, '--output', join(dir, output))
  expect(err).toContain(message)
  expect(err).toContain('with --output.')
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(await readdir(dir, { recursive: true })).toHaveLength(9)
})

it('an earlier export is written anew', async () => {
  const target = join(dir, 'notes.md')
  await mkdir(picturesOf(target))
  await writeFile(target, `${HANDOUT_MARK}\n\n![One](./notes/1.png)\n\nSay hello.\n`)
  await writeFile(join(dir, 'notes/1.png'), '')
  await mkdir(join(dir, 'png'))
  await writeFile(join(dir, 'png/1.png'), '')
  expect(() => checkTarget(target, 'md')).not.toThrow()
  expect(() => checkTarget(join(dir, 'png'), 'png')).not.toThrow()
  // A picture that the file does not show is none of its own.
  await writeFile(join(dir, 'notes/2.png'), '')
  expect(() => checkTarget(target, 'md')).toThrow('holds other files')
})

it('has the suffix that Slidev would add', () => {
  expect(targetOf('talk', { format: 'pdf', output: '/a/talk' })).toBe('/a/talk.pdf')
  expect(targetOf('talk', { format: 'md', output: '/a/talk.md' })).toBe('/a/talk.md')
  expect(targetOf('talk', { format: 'png', output: '/a/talk' })).toBe('/a/talk')
})
