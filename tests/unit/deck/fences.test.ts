import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fence, onDecks } from '../../_decks.ts'

const folder = onDecks()
const { parse } = folder

it.each(['sh {run id=a', 'sh {run id=a title="never closed}'])('reports a brace that is not closed: %s', async (info) => {
  const { problems, steps } = await parse(fence(info))
  expect(problems).toContainEqual(expect.objectContaining({ severity: 'error', file: 'deck.md', line: 3, column: 7, code: 'unclosed-brace' }))
  expect(steps).toEqual([])
})

it('reports a YAML fence that Slidev takes for frontmatter', async () => {
  const { problems } = await parse('# T\n\n---\n\n```yaml {container id=a}\nimage: x\n```\n')
  expect(problems).toContainEqual(expect.objectContaining({ code: 'yaml-eaten', line: 5 }))
})

it('reports in the imported file', async () => {
  const { problems, steps } = await parse('# T\n\n---\nsrc: ./part.md\n---\n', { 'part.md': `# P\n\n---\n\n${fence('sh {run id=x rows=0}')}` })
  expect(problems).toEqual([expect.objectContaining({ file: 'part.md', line: 7 })])
  expect(steps).toEqual([])
})

it('reports what stands behind src:, which Slidev does not show', async () => {
  const part = { 'part.md': '# P\n' }
  expect((await parse(`# T\n\n---\nsrc: ./part.md\n---\n\n${fence('sh {run id=x}')}`, part)).problems).toEqual([expect.objectContaining({ severity: 'error', code: 'dropped-text', line: 3 })])
  expect((await parse(`# T\n\n---\nsrc: ./part.md\n---\n\n<!-- a note -->\n\n---\n\n# Own\n`, part)).problems).toEqual([])
})

it('finds steps in files that imported files import, and their mistakes where they stand', async () => {
  await mkdir(join(folder.dir, 'sub'), { recursive: true })
  const { steps, problems } = await parse('# T\n\n---\nsrc: ./sub/part.md\n---\n\n---\nsrc: ./sub/deep.md\n---\n', {
    'sub/part.md': '# P\n\n---\nsrc: ./deep.md\n---\n',
    'sub/deep.md': '---\nlayout: center\n---\n\n# D\n\n<<< ./code.sh sh {run id=deep}\n\n---\n\n```sh {rum id=y}\ntrue\n```\n',
    'sub/code.sh': 'echo deep\n',
  })
  expect(steps).toMatchObject([{ id: 'deep', file: 'sub/deep.md', line: 7, slides: [3, 5], codeFile: 'sub/code.sh' }])
  expect(problems).toEqual([expect.objectContaining({ file: 'sub/deep.md', line: 11, column: 8, code: 'unknown-verb' })])
})

it('reports a snippet that is not there', async () => {
  const { problems } = await parse('# T\n\n<<< @/none.sh sh {run id=x}\n')
  expect(problems).toContainEqual(expect.objectContaining({ code: 'no-file', line: 3, column: 1 }))
})

it('takes the same fence imported twice for one step on two slides', async () => {
  const twice = '# T\n\n---\nsrc: ./same.md\n---\n\n---\nsrc: ./same.md\n---\n'
  const { steps, problems } = await parse(twice, { 'same.md': fence('sh {run id=x}') })
  expect(problems).toEqual([])
  expect(steps.map(step => step.slides)).toEqual([[2, 3]])
})

it('puts nothing in place of braces inside a step', async () => {
  expect((await parse(fence('sh {run id=a}', 'docker inspect -f "{{.State}}" {{name}}'))).steps[0]!.code).toBe('docker inspect -f "{{.State}}" {{name}}')
})

it.each(['ts {monaco}', 'ts {monaco-run}', 'sh {1,3}', 'sh {all|2}', 'sh {*}', 'ts {lines:true}', 'sh', 'sh [title]'])('leaves %s to Slidev', async (info) => {
  const { slides, problems } = await parse(fence(info))
  expect(slides[0]!.fences).toEqual([])
  expect(problems).toEqual([])
})
