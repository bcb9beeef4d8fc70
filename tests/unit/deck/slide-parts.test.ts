import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fence, onDecks } from '../../_decks.ts'

const folder = onDecks()
const { parse } = folder

it('reports a view of a step that is not there, where it stands', async () => {
  const { problems } = await parse(`${fence('sh {run id=hello}')}
<div><LiveOutput step="helo" /></div>

<live-race
  class="wide"
  steps="hello, other"
/>

<!-- <LiveOutput step="note" /> -->

<LiveOutput :step="bound" />
${fence('html', '<LiveOutput step="quoted" />')}`)
  expect(problems).toEqual([
    expect.objectContaining({ severity: 'error', code: 'unknown-step', line: 7, column: 24, hint: 'Did you mean hello?' }),
    expect.objectContaining({ code: 'unknown-step', line: 11, column: 17, message: '<LiveRace> shows the step other, and there is none' }),
  ])
})

it.each([
  ['<LiveRace />', 'missing-attribute', 1, 'Steps of the deck: hello.'],
  ['<LiveRace steps="" />', 'missing-attribute', 1, 'Steps of the deck: hello.'],
  ['<LiveOutput/>', 'missing-attribute', 1, 'Steps of the deck: hello.'],
  ['<LiveOutput stap="hello" />', 'unknown-attribute', 13, 'Did you mean step?'],
  ['<LiveObjects />', 'missing-attribute', 1, undefined],
  ['<LiveCompare/>', 'missing-attribute', 1, 'Steps of the deck: hello.'],
  ['<LiveRace :class="a > b" class="x"/>', 'missing-attribute', 1, 'Steps of the deck: hello.'],
  ['<LiveContainers of="hello" />', 'unknown-attribute', 17, 'Allowed: steps.'],
  ['<LiveContainer />', 'unknown-view', 2, 'Did you mean LiveContainers?'],
  ['<Liverace steps="hello" />', 'unknown-view', 2, 'Did you mean LiveRace?'],
  ['<LiveRequests step=\'helo\' />', 'unknown-step', 21, 'Did you mean hello?'],
  ['<LiveStats of="hello, nope" />', 'unknown-step', 23, 'Allowed: hello.'],
])('reports %s', async (view, code, column, hint) => {
  const { problems } = await parse(`${fence('sh {run id=hello}')}\n${view}\n`)
  expect(problems).toEqual([expect.objectContaining({ severity: view.includes('nope') ? 'warning' : 'error', file: 'deck.md', line: 7, column, code, hint })])
})

it.each([
  '<LiveRace :steps="some" v-click="2" v-if="a > b" class="x" style="y" key="k" ref="r" data-x="1" aria-label="l" @click="go" #default />',
  '<LiveOutput v-bind="all" />',
  '<LiveOutput step="hello" status m-4 md:w-full="x" />',
  '<LiveStats of="hello,made-by-code" />',
  '<LiveView />',
  '<LiveStatistician />',
  'Write `<LiveRace />`, or ``<LiveOutput stap="x" />``.',
])('finds nothing wrong with %s', async (view) => {
  expect((await parse(`${fence('sh {run id=hello}', 'docker run --name made-by-code app')}\n${view}\n`)).problems).toEqual([])
})

it('warns of a picture that is not there, where it is named', async () => {
  await mkdir(join(folder.dir, 'public'), { recursive: true })
  await mkdir(join(folder.dir, 'parts'), { recursive: true })
  const there = { 'public/in-public.png': '', 'beside.png': '', 'two words.png': '', 'parts/own.png': '' }
  const { problems } = await parse(`# T

![all](./beside.png "title") ![there](/in-public.png?v=1) ![is](./two%20words.png) ![in](<two words.png>) ![or](in-public.png) <img class="x" src="@/beside.png">

![far](https://example.org/x.png) ![data](data:image/png;base64,AA==) <img :src="bound"/> <img src="{{name}}">

\`![code](./code.png)\` <!-- ![comment](./comment.png) -->

![x](./nope.png)
text <img alt="a > b" src='/nope.png'>

---
src: ./parts/part.md
---
`, { ...there, 'parts/part.md': '![own](./own.png) ![not](./beside.png)\n' })
  expect(problems).toEqual([
    expect.objectContaining({ severity: 'warning', code: 'no-picture', file: 'deck.md', line: 9, column: 6, message: 'there is no picture ./nope.png', hint: 'It is looked for at nope.png.' }),
    expect.objectContaining({ code: 'no-picture', line: 10, column: 28, hint: 'It is looked for at public/nope.png.' }),
    expect.objectContaining({ code: 'no-picture', file: 'parts/part.md', line: 1, column: 26, hint: 'It is looked for at parts/beside.png.' }),
  ])
})

it('reports a view of an imported file there', async () => {
  const { problems } = await parse('# T\n\n---\nsrc: ./views.md\n---\n', { 'views.md': '# A\n\n---\nlayout: two\n---\n\n<LiveOutput step="a"/>\n' })
  expect(problems).toEqual([expect.objectContaining({ file: 'views.md', line: 7, column: 19 })])
})

it('finds pictures where Slidev serves or bundles them', async () => {
  await mkdir(join(folder.dir, 'assets'), { recursive: true })
  await mkdir(join(folder.dir, 'look/public'), { recursive: true })
  const { problems } = await parse(`---
theme: ./look
background: /theme/cover.png
---

# T

<img src="/assets/a.png"> ![theme's](/theme/cover.png)

---
layout: image
image: /in-public.png
---

---
background: '#fff'
---

---
background: linear-gradient(red, blue)
---
`, { 'assets/a.png': '', 'look/package.json': '{}', 'look/public/cover.png': '', 'public/in-public.png': '' })
  expect(problems).toEqual([])
})

it('warns of pictures in frontmatter that public/ does not hold', async () => {
  await mkdir(join(folder.dir, 'assets'), { recursive: true })
  const { problems } = await parse(`---
theme: none
background: /assets/a.png
---

# T

---
layout: image
image: "./gone.png"
---

---
src: ./parts/front.md
backgroundImage: gone.png
---
`, { 'assets/a.png': '', 'parts/front.md': '---\nbackground: /also-gone.jpg\n---\n\n# Part\n' })
  expect(problems).toEqual([
    expect.objectContaining({ severity: 'warning', code: 'no-picture', file: 'deck.md', line: 3, column: 13, message: 'there is no picture /assets/a.png in public/', hint: 'Frontmatter names pictures by their path in public/: put it at public/assets/a.png.' }),
    expect.objectContaining({ line: 10, column: 8, hint: expect.stringContaining('public/gone.png') }),
    expect.objectContaining({ line: 15, column: 18 }),
    expect.objectContaining({ file: 'parts/front.md', line: 2, column: 13 }),
  ])
})

it('warns of a layout that neither Slidev, the theme, an addon nor the deck has', async () => {
  const head = (layout: string): string => `---\ntheme: ./look\nlayout: ${layout}\n---\n\n# T\n`
  await mkdir(join(folder.dir, 'node_modules/@slidev/client/layouts'), { recursive: true })
  await mkdir(join(folder.dir, 'look/layouts/deep'), { recursive: true })
  await mkdir(join(folder.dir, 'layouts'), { recursive: true })
  const files = { 'node_modules/@slidev/client/layouts/two-cols.vue': '', 'look/package.json': '{}', 'look/layouts/deep/framed.vue': '', 'layouts/own.ts': '' }
  expect((await parse(`${head('two-cols')}\n---\nlayout: framed\n---\n\n---\nlayout: own\n---\n`, files)).problems).toEqual([])
  expect((await parse(head('two-clos'))).problems).toEqual([
    expect.objectContaining({ severity: 'warning', code: 'unknown-layout', file: 'deck.md', line: 3, column: 9, message: 'there is no layout two-clos: the slide gets Slidev\'s default', hint: 'Did you mean two-cols?' }),
  ])
  // Its layouts are not known.
  expect((await parse(head('two-clos').replace('./look', './gone'))).problems).toEqual([])
})

it('warns of a result that no view shows', async () => {
  const { problems } = await parse(`${fence('sh {run id=a out=left}')}
${fence('sh {run id=b out=bellow}')}
${fence('sh {run id=c out=log}')}
${fence('sh {run id=d out=log}')}
<LiveOutput step="c" /> <LiveCompare steps="d, c" />
`)
  expect(problems).toEqual([
    expect.objectContaining({ severity: 'warning', code: 'unshown-output', line: 3, column: 4, message: 'out=left: no view shows the result of a', hint: 'Show it with <LiveOutput step="a" />, or write out=none.' }),
    expect.objectContaining({ code: 'unshown-output', line: 9, hint: 'Did you mean out=below?' }),
  ])
  expect((await parse(`${fence('sh {run id=a out=left}')}\n<LiveOutput :step="any" />\n`)).problems).toEqual([])
})

it('warns of a line that is meant to run unseen, and is seen', async () => {
  const { problems } = await parse(fence('sh {run id=a}', 'true\n#hidden: cd demo\n# Hiden: cd demo\n# hidden: cd demo\necho "# hidden: no"'))
  expect(problems).toEqual([5, 6].map(line => expect.objectContaining({ severity: 'warning', code: 'hidden-misspelt', line, column: 1 })))
})

it('takes the name of exports from the headmatter, without a folder', async () => {
  const nameOf = async (name: string) => (await parse(`---\nexportFilename: ${name}\n---\n\n# T\n`)).exportName
  expect(await nameOf('my talk')).toBe('my talk')
  expect(await nameOf('../../talk.pdf')).toBe('talk')
  expect(await nameOf('..')).toBeUndefined()
  expect((await parse('# T\n')).exportName).toBeUndefined()
})
