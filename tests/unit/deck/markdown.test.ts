import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { onDecks } from '../../_decks.ts'

const folder = onDecks()
const { parse } = folder

const FENCE = ['```sh {run id=x}', 'echo x', '```']
const indented = (indent: string, first = indent): string => FENCE.map((line, i) => (i ? indent : first) + line).join('\n')

describe('a step is found where Slidev renders a fence', () => {
  it.each([
    ['a list', `- one\n\n${indented('  ')}`, 7, 9],
    ['the line of a list\'s marker', indented('  ', '- '), 5, 9],
    ['a list, indented by a tab', `- one\n\n${indented('\t')}`, 7, 8],
    ['a numbered list in a list', `- a\n  1. b\n\n${indented('     ')}`, 8, 12],
    ['a quote', indented('> '), 5, 9],
    ['a list in a quote', indented('>   ', '> - '), 5, 11],
    ['a callout', `> [!NOTE]\n${indented('> ')}`, 6, 9],
    ['details', `<details>\n\n${indented('')}\n\n</details>`, 7, 7],
    ['a component', `<v-click>\n\n${indented('')}\n\n</v-click>`, 7, 7],
    ['a slot', `left\n\n::right::\n\n${indented('')}`, 9, 7],
    ['a container of colons', `::: tip\n\n${indented('')}\n\n:::`, 7, 7],
    ['a footnote', `word[^1]\n\n[^1]: text\n\n${indented('    ')}`, 9, 11],
    ['a task', indented('  ', '- [ ] a\n\n  '), 7, 9],
    ['tildes', '~~~sh {run id=x}\necho x\n~~~', 5, 7],
    ['long marks', '`````sh {run id=x}\necho x\n`````', 5, 9],
    ['paragraph before it', `text\n${indented('')}`, 6, 7],
  ])('in %s', async (_, body, line, column) => {
    const { steps, problems } = await parse(`---\ntitle: T\n---\n\n${body}\n`)
    expect(problems).toEqual([])
    expect(steps).toMatchObject([{ id: 'x', code: 'echo x', line, column: column - 3 }])
  })

  it('in a code group', async () => {
    const { steps, problems } = await parse(`---\ncomark: true\n---\n\n# T\n\n::code-group\n\n\`\`\`sh [npm] {run id=a}\necho a\n\`\`\`\n\n\`\`\`sh {run id=b} [pnpm]\necho b\n\`\`\`\n\n::\n`)
    expect(problems).toEqual([])
    expect(steps.map(({ id, line }) => [id, line])).toEqual([['a', 9], ['b', 13]])
  })

  it('warns of a code group in a deck without components by colons', async () => {
    const body = '# T\n\n::code-group\n\n```sh [a] {run id=a}\ntrue\n```\n\n::\n'
    expect((await parse(body)).problems).toEqual([expect.objectContaining({ severity: 'warning', code: 'no-comark', line: 3, column: 1 })])
    expect((await parse(`---\nmdc: true\n---\n\n${body}`)).problems).toEqual([])
  })

  it('behind carriage returns', async () => {
    const { steps, problems } = await parse(`# T\r\n\r\n- a\r\n\r\n  \`\`\`sh {run id=x}\r\n  echo x\r\n  \`\`\`\r\n`)
    expect(problems).toEqual([])
    expect(steps).toMatchObject([{ code: 'echo x', line: 5 }])
  })

  it('in a snippet, in a list', async () => {
    const { steps, problems } = await parse('# T\n\n- a\n\n  <<< @/x.sh sh {run id=x}\n', { 'x.sh': 'echo x\n' })
    expect(problems).toEqual([])
    expect(steps).toMatchObject([{ id: 'x', code: 'echo x', line: 5 }])
  })

  it('in a deck whose theme has components by colons on', async () => {
    await mkdir(join(folder.dir, 'node_modules/slidev-theme-colons'), { recursive: true })
    await writeFile(join(folder.dir, 'node_modules/slidev-theme-colons/package.json'), '{ "slidev": { "defaults": { "comark": true } } }')
    // As a block of its own, the component ends at its marks and takes the indent away.
    const body = `# T\n\n  ::card\n  ${FENCE.join('\n  ')}\n  ::\n`
    expect((await parse(`---\ntheme: colons\n---\n\n${body}`)).steps).toMatchObject([{ id: 'x', code: 'echo x' }])
  })
})

describe('there is no step where Slidev renders no fence', () => {
  it.each([
    ['a comment', `<!--\n${FENCE.join('\n')}\n-->\n\ntext`],
    ['a longer fence', `\`\`\`\`md\n${FENCE.join('\n')}\n\`\`\`\``],
    ['the note', `text\n\n<!-- \n${FENCE.join('\n')}\n-->`],
    ['an indented block', indented('    ')],
    ['a formula', `$$\n${FENCE.join('\n')}\n$$`],
    ['a footnote that nothing names', `text\n\n[^1]: text\n\n${indented('    ')}`],
  ])('in %s', async (_, body) => {
    expect((await parse(`# T\n\n${body}\n`)).steps).toEqual([])
  })
})

it('reports a step in magic-move, where it stands', async () => {
  const { steps, problems, slides } = await parse('# T\n\n````md magic-move\n```sh\necho a\n```\n\n```sh {run id=x}\necho x\n```\n````\n')
  expect(steps).toEqual([])
  expect(problems).toEqual([expect.objectContaining({ severity: 'error', code: 'misplaced-step', line: 8, column: 4 })])
  expect(slides[0]!.fences).toMatchObject([{ info: 'md magic-move', problems: [{ code: 'misplaced-step' }] }])
})

describe('a fence that Markdown does not see is a mistake in its place', () => {
  it.each([
    ['directly below a tag', `<div>\n${FENCE.join('\n')}\n</div>`, 4, 'fence-in-html'],
    ['in a component, indented', `text\n\n<v-click>\n${indented('  ')}\n</v-click>`, 6, 'fence-in-html'],
    ['below a tag, with an empty line in it', '<div>\n```sh {run id=x}\necho x\n\necho y\n```\n</div>', 4, 'fence-in-html'],
    ['an import below a tag', '<div>\n<<< @/x.sh sh {run id=x}\n</div>', 4, 'fence-in-html'],
    ['indented as text is', indented('    '), 3, 'indented-fence'],
  ])('%s', async (_, body, line, code) => {
    const { steps, problems } = await parse(`# T\n\n${body}\n`)
    expect(steps).toEqual([])
    expect(problems).toEqual([expect.objectContaining({ line, code, severity: code === 'indented-fence' ? 'warning' : 'error' })])
  })

  it.each([
    ['a comment', `<!--\n${FENCE.join('\n')}\n-->\n\ntext`],
    ['literal text', `<pre>\n${FENCE.join('\n')}\n</pre>`],
    ['a fence of Slidev\'s', '<div>\n```sh {1|2}\necho x\n```\n</div>'],
  ])('not in %s', async (_, body) => {
    expect((await parse(`# T\n\n${body}\n`)).problems).toEqual([])
  })
})

describe('what Slidev\'s own fences lack is reported', () => {
  it.each([
    ['magic-move without code', '````md magic-move\ntext\n````', 'error', 'empty-magic-move'],
    ['an import of a file that is not there', '- a\n\n  <<< @/none.ts {1|2}', 'error', 'no-file'],
    ['an import of a file out of the project', '- a\n\n  <<< /etc/hosts sh {1|2}', 'error', 'outside-project'],
    ['an import of a region that is not there', '<<< @/x.sh#none', 'warning', 'no-region'],
  ])('%s', async (_, body, severity, code) => {
    const { problems } = await parse(`# T\n\n${body}\n`, { 'x.sh': 'echo x\n' })
    expect(problems).toEqual([expect.objectContaining({ severity, code, line: ['no-file', 'outside-project'].includes(code) ? 5 : 3 })])
  })

  it('nothing in magic-move with code, and in imports that are there', async () => {
    const body = '````md magic-move {lines: true}\n```ts {1|2} {lines:true}\na\n```\n````\n\n````md magic-move\n<<< @/x.sh\n````\n\n<<< @/x.sh#part {1|2}'
    expect((await parse(`# T\n\n${body}\n`, { 'x.sh': '# region part\necho x\n# endregion part\n' })).problems).toEqual([])
  })
})

it('takes a region of a file for a step, without its indentation and its marks', async () => {
  const file = 'echo a\n# #region one\n  echo x\n  # #region two\n    echo y\n  # #endregion two\n# #endregion one\n'
  const { steps, problems } = await parse('# T\n\n<<< @/x.sh#one sh {run id=x}\n', { 'x.sh': file })
  expect(problems).toEqual([])
  expect(steps).toMatchObject([{ id: 'x', code: 'echo x\n  echo y', files: ['x.sh'], codeFile: 'x.sh', codeLine: 3 }])
})

it('puts a mistake in the content of a region where it stands in the file', async () => {
  const { problems } = await parse('# T\n\n<<< @/x.yaml#one yaml {container id=x}\n', { 'x.yaml': 'a: b\n# region one\nimage: x\nport: []\n# endregion one\n' })
  expect(problems).toEqual([expect.objectContaining({ file: 'x.yaml', line: 4, message: 'unknown key port' })])
})

it('runs no step of a region that is not there', async () => {
  const { steps, problems } = await parse('# T\n\n<<< @/x.sh#none sh {run id=x}\n', { 'x.sh': 'echo x\n' })
  expect(steps).toEqual([])
  expect(problems).toEqual([expect.objectContaining({ severity: 'error', code: 'no-region', line: 3 })])
})

it('puts a mistake in the YAML of a quoted fence where it stands', async () => {
  const { problems } = await parse('# T\n\n> ```yaml {container id=a}\n> image: x\n> port: []\n> ```\n')
  expect(problems).toEqual([expect.objectContaining({ line: 5, column: 3, message: 'unknown key port' })])
})

it('reports Markdown that the plugin for components cannot read', async () => {
  const { problems } = await parse('---\ncomark: true\n---\n\n# T\n\n::1 card\n::\n')
  expect(problems).toEqual([expect.objectContaining({ severity: 'error', code: 'bad-markdown', line: 5 })])
})
