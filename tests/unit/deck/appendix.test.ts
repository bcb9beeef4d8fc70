import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from '@slidev/parser'
import { expect, it, onTestFinished } from 'vitest'
import { appendixOf } from '../../../runners/deck/appendix.ts'
import { parseDeck } from '../../../runners/deck/parse.ts'

it('gives each extra step a slide with its code and its result, and the others none', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-test-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const file = join(dir, 'deck.md')
  const fences = ['```sh {run id=main}\ntrue\n```', '```sh {run id=ps extra title="What runs"}\n# hidden: cd /\necho \'```\'\ndocker ps\n```', '```sh {run id=push extra}\ntrue\n```']
  await writeFile(file, `# Title\n\n${fences.join('\n\n')}\n`)
  const { slides } = await parse(['# Title', ...appendixOf(await parseDeck(file))].join('\n'), file)
  expect(slides.map(slide => slide.title)).toEqual(['Title', 'Appendix 1: What runs', 'Appendix 2: push'])
  expect(slides[1]!.content).toContain('````sh\necho \'```\'\ndocker ps\n````')
  expect(slides[1]!.content).toContain('<LiveOutput step="ps" status />')
})

it('puts code of many lines beside its result, with what its type must be small enough for', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-test-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const file = join(dir, 'deck.md')
  await writeFile(file, `# Title\n\n\`\`\`sh {run id=long extra}\n${'echo twelve\n'.repeat(11)}echo ${'long '.repeat(20)}\n\`\`\`\n`)
  const { slides } = await parse(['# Title', ...appendixOf(await parseDeck(file))].join('\n'), file)
  expect(slides[1]!.content).toMatch(/<div class="kb-beside" style="--kb-lines: 13; --kb-cols: 84">\n\n```sh\n[\s\S]*\n```\n\n<LiveOutput step="long" status \/>\n\n<\/div>/)
})

it('puts what is said of applied objects below their manifest, for it is short and wide', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-test-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const file = join(dir, 'deck.md')
  await writeFile(file, `# Title\n\n\`\`\`yaml {apply id=many extra}\n${'# one of many\n'.repeat(11)}{ apiVersion: v1, kind: ConfigMap, metadata: { name: long }, data: { a: ${'long '.repeat(18)}} }\n\`\`\`\n`)
  const { slides } = await parse(['# Title', ...appendixOf(await parseDeck(file))].join('\n'), file)
  expect(slides[1]!.content).toContain('<div class="kb-above" style="--kb-lines: 13; --kb-cols: 146">')
})
