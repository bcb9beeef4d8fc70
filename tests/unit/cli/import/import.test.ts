import type { Deck } from '../../../../runners/deck/deck.ts'
import type { Step } from '../../../../runners/protocol/step.ts'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromPresenterm, isPresenterm } from '../../../../runners/cli/import/presenterm.ts'
import { fromRunme } from '../../../../runners/cli/import/runme.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'

let dir: string
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'kamishibai-import-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

/** The deck as `check` parses it: without a mistake. */
async function parsed(deck: string): Promise<Deck> {
  const file = join(await mkdtemp(join(dir, 'deck-')), 'deck.md')
  await writeFile(file, deck)
  const result = await parseDeck(file)
  expect(result.problems).toEqual([])
  return result
}

const fence = (info: string, code = 'true', mark = '```'): string => `${mark}${info}\n${code}\n${mark}\n`

describe('a fence of presenterm', () => {
  it.each<[info: string, code: string, step: Partial<Step>]>([
    ['bash +exec', 'echo hi', { verb: 'run', lang: 'bash', code: 'echo hi', on: 'click' }],
    ['shell +exec', 'true', { lang: 'sh' }],
    ['bash +exec', '/// cd /tmp\npwd', { code: 'cd /tmp\npwd', hidden: ['cd /tmp'], visible: 'pwd' }],
    ['bash +exec_replace', 'figlet hi', { on: 'enter', visible: '', hidden: ['figlet hi'] }],
    ['bash +auto_exec', 'date', { on: 'enter', visible: 'date' }],
    ['bash +exec +pty:90:20', 'top', { verb: 'terminal', cols: 90, rows: 20 }],
    ['bash +exec +pty', 'top', { verb: 'terminal', cols: 80 }],
    ['bash +exec +acquire_terminal', 'top', { verb: 'terminal' }],
    ['bash +exec +id:figlet', 'true', { id: 'figlet' }],
    ['bash +validate +exec +expect:failure', 'false', { expect: [{ text: 'exit!=0', type: 'exit', code: 0, not: true }] }],
    ['bash {1|2} +exec', 'a\nb', { code: 'a\nb' }],
  ])('%s becomes a step', async (info, code, step) => {
    const { deck, steps, lost } = fromPresenterm(fence(info, code))
    expect(lost).toEqual([])
    expect(steps).toBe(1)
    expect((await parsed(deck)).steps).toMatchObject([step])
  })

  it.each<[info: string, what: string, kept: string]>([
    ['rust +exec', 'a fence of rust as a step', '```rust\n'],
    ['bash +exec:weird', 'the executor weird', '```bash\n'],
    ['bash +image', '+image', '```bash\n'],
    ['latex +render', '+render', '```latex\n'],
    ['bash +exec +width:50%', '+width:50%', '```bash {run id=step}\n'],
  ])('%s is told', async (info, what, kept) => {
    const { deck, lost } = fromPresenterm(`text\n\n${fence(info)}`)
    expect(lost).toMatchObject([{ line: 3, what }])
    expect(deck).toContain(kept)
    await parsed(deck)
  })

  it.each(['mermaid +render', 'rust {1,3}', 'bash'])('%s stays a picture or code', async (info) => {
    const { deck, steps, lost } = fromPresenterm(fence(info))
    expect({ steps, lost }).toEqual({ steps: 0, lost: [] })
    expect(deck).toContain(`\`\`\`${info.replace(' +render', '')}\n`)
    await parsed(deck)
  })
})

describe('a presentation of presenterm', () => {
  it('keeps slides, titles, notes, columns and pauses', async () => {
    const { deck, lost } = fromPresenterm(await readFile(join(import.meta.dirname, '../../../fixtures/import/presenterm.md'), 'utf8'))
    const { slides, steps } = await parsed(deck)
    expect(slides.map(({ title, note }) => [title, note])).toEqual([['Shells', undefined], ['One step', 'Slow down here.'], ['Two columns', undefined], ['The end', undefined]])
    expect(steps.map(({ id, slide, out }) => [id, slide, out])).toEqual([['hello', 2, 'none'], ['two-columns', 3, 'below'], ['two-columns-2', 3, 'below']])
    expect(deck).toContain('<LiveOutput step="hello" />')
    expect(deck.match(/<\/?(?:div|v-click|v-after)/g)).toEqual(['<v-click', '</v-click', '<div', '<div', '<v-click', '</v-click', '</div', '<div', '<v-after', '</v-after', '</div', '</div'])
    expect(deck).toContain('layout: center')
    expect(lost.map(({ line, what }) => [line, what])).toEqual([[4, 'theme of the front matter'], [27, 'font_size: 2'], [58, 'include: more.md'], [60, 'the comment wobble']].map(([line, what]) => [line, what === 'font_size: 2' ? 'the comment font_size: 2' : what]))
  })

  it('ends a slide by a line or a title where its options say so', async () => {
    const { deck } = fromPresenterm('---\noptions: {end_slide_shorthand: true, implicit_slide_ends: true}\n---\nOne\n===\n\na\n\n---\n\nb\n\nThree\n===\n')
    expect((await parsed(deck)).slides).toHaveLength(3)
  })
})

describe('a cell of Runme', () => {
  it.each<[info: string, code: string, step: Partial<Step>]>([
    ['sh', 'true', { verb: 'run', lang: 'sh', id: 'set-up' }],
    ['sh {"name":"hello","interactive":"false"}', 'echo hi', { id: 'hello', verb: 'run', code: 'echo hi' }],
    ['sh { name=hello interactive=false }', 'echo hi', { id: 'hello', verb: 'run' }],
    ['bash {"id":"01HY0Y62WJCT2BVD5VA2HZ32TG","interactive":"true"}', 'top', { lang: 'bash', verb: 'terminal', id: 'set-up' }],
    ['sh {"background":"true","name":"serve"}', 'serve', { verb: 'run', shell: 'serve', until: [{ text: 'settled=1s', type: 'settled', ms: 1000 }] }],
    ['sh {"excludeFromRunAll":"true"}', 'true', { extra: true }],
    ['sh {"cwd":"it\'s here","terminalRows":"20"}', 'pwd', { code: 'cd \'it\'\\\'\'s here\'\npwd', hidden: ['cd \'it\'\\\'\'s here\''], visible: 'pwd', rows: 20 }],
  ])('%s becomes a step', async (info, code, step) => {
    const { deck, lost } = fromRunme(`## Set up\n\n${fence(info, code)}`)
    expect(lost).toEqual([])
    expect((await parsed(deck)).steps).toMatchObject([step])
  })

  it.each<[info: string, what: string]>([
    ['sh {"name":"Say hello"}', 'the name Say hello: it is say-hello now'],
    ['sh {"promptEnv":"true"}', 'promptEnv'],
    ['sh {"tag":"ci"}', 'tag'],
    ['python {"name":"x"}', 'a fence of python as a step'],
    ['sh {what ever}', '{what ever}, which is neither JSON nor name=value'],
  ])('%s is told', async (info, what) => {
    const { deck, lost } = fromRunme(`# A\n\n${fence(info)}`)
    expect(lost).toMatchObject([{ line: 3, what }])
    await parsed(deck)
  })

  it.each(['sh {"ignore":"true"}', 'python', 'json'])('%s is code', async (info) => {
    const { deck, steps, lost } = fromRunme(fence(info))
    expect({ steps, lost }).toEqual({ steps: 0, lost: [] })
    expect((await parsed(deck)).steps).toEqual([])
  })
})

it.each<[text: string, deck: RegExp]>([
  ['Set up\n------\n\ntext\n\n---\n\nmore', /^# Set up\n\ntext\n\n\*\*\*\n\nmore$/m],
  ['# Use <your-cluster> and `<it>`', /^# Use &lt;your-cluster> and `<it>`$/m],
  ['see <https://example.com> and <br>', /^see <https:\/\/example\.com> and <br>$/m],
  ['a {{ template }}', /^a <span v-pre>\{\{<\/span> template \}\}$/m],
  [`${fence('markdown', '```sh {"name":"x"}\n```', '~~~~')}`, /^````markdown\n```sh \{"name":"x"\}\n```\n````$/m],
  ['- item\n\n  ```sh\n  echo a\n  ```\n', /^ {2}```sh \{run id=step\}\n {2}echo a\n {2}```$/m],
  ['<!-- a note\nto myself -->\n\ntext', /^---\n\ntext$/m],
])('what Slidev would read otherwise stands for itself: %j', async (text, deck) => {
  const imported = fromRunme(text)
  expect(imported.deck).toMatch(deck)
  expect((await parsed(imported.deck)).slides).toHaveLength(1)
})

it('a picture of presenterm keeps its width, and what is not carried over is told', () => {
  const { deck, lost } = fromPresenterm('# A\n\nsee ![image:width:50%](a.png) and ![image:w:9%](b.png), not `![image:w:1%](c)`\n\n![image:depth:2](d.png)\n![plain](e.png)\n')
  expect(deck).toContain('see <img src="a.png" alt="" style="width: 50%"> and <img src="b.png" alt="" style="width: 9%">, not `![image:w:1%](c)`\n\n![](d.png)\n![plain](e.png)')
  expect(lost).toEqual([{ line: 5, what: 'image:depth:2', hint: expect.any(String) as string }])
})

it.each([['```bash +exec\n```', true], ['<!-- end_slide -->', true], ['```sh {"name":"a"}\n```', false], ['# A\n\n1 +exec', false]])('tells whose file it is: %j', (text, presenterm) => {
  expect(isPresenterm(text)).toBe(presenterm)
})

it.each([
  ['a file that a fence shows', fromPresenterm('# A\n\n```file\npath: src/a.rs\nlanguage: rust\n```\n'), 3, 'the file src/a.rs: its lines are not in the deck'],
  ['a brace that is not closed', fromRunme('# A\n\n```sh {name=bad\necho x\n```\n'), 3, '{name=bad, which is neither JSON nor name=value'],
  ['a fence of Runme that is not closed', fromRunme('# A\n\n```sh {"name":"a"}\necho x\n\n# B\n'), 3, 'what stands below a fence that is never closed: all of it is its code'],
  ['a fence of presenterm that is not closed', fromPresenterm('# A\n\n\n```bash +exec\necho x\n'), 4, 'what stands below a fence that is never closed: all of it is its code'],
])('tells of %s with its line', (_, { lost }, line, what) => {
  expect(lost).toEqual([expect.objectContaining({ line, what })])
})
