import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { templateProblems } from '../../../runners/deck/templates.ts'
import { onDecks } from '../../_decks.ts'

const folder = onDecks()

async function problemsOf(body: string, others = {}): Promise<unknown[]> {
  await folder.parse(body, others)
  return templateProblems(join(folder.dir, 'deck.md'))
}

it.each([
  ['an unclosed tag', 'text\n\n<div class="a">\n\ntext', 7, 'Element is missing end tag'],
  ['a tag that closes nothing', 'text\n\n</v-click>\n', 7, 'Invalid end tag'],
  ['an unclosed tag within a line', '- a\n- two <b>bold\n- c', 6, 'Element is missing end tag'],
  ['an expression that is none', 'one\ntwo {{ a. }}', 6, 'Error parsing JavaScript expression: Unexpected token (1:3)'],
  ['an attribute that is none', '> quote\n>\n> <div\n>   :style="{a b}">x</div>', 8, 'Error parsing JavaScript expression: Unexpected token, expected "," (1:4)'],
  ['a condition without an if', '<p v-else>x</p>', 5, 'v-else/v-else-if has no adjacent v-if or v-else-if'],
  ['an element across slots', '<div>\n\n::right::\n\n</div>', 5, 'Element is missing end tag'],
  ['a script that is none', 'text\n\n<script setup>\nconst = 1\n</script>', 7, '[vue/compiler-sfc] Unexpected token (2:6)'],
  ['a style with a tag in it', '<style>\n.a::before { content: "<b>" }\n</style>', 5, 'Tags with side effect (<script> and <style>) are ignored in client component templates'],
])('finds %s', async (_, body, line, message) => {
  expect(await problemsOf(`# One\n\n---\n\n${body}\n\n---\n\n# Three\n`)).toEqual([
    expect.objectContaining({ severity: 'error', file: 'deck.md', code: 'bad-template', line, message: `Vue cannot compile this slide: ${message}` }),
  ])
})

it.each([
  ['a style that does not end', 'text\n\n<style>\n.a { color: red; }\n.b { color: red\n</style>', 9, '<style> is no CSS: Unclosed block'],
  ['a declaration that is none', '<style>\n.a {\n  colour\n}\n</style>', 7, '<style> is no CSS: Unknown word colour'],
  ['a style without its preprocessor', '<style lang="scss">\n.a { .b { color: red } }\n</style>', 5, '<style lang="scss"> needs sass, which is not installed'],
  ['an import of a file that is not there', '<script setup lang="ts">\nimport { ref } from \'vue\'\nimport x from \'./nope\'\n</script>', 7, 'there is no ./nope to import'],
  ['an import of a package that is not there', 'text\n\n<script setup>\nimport { x } from \'no-such-package/deep\'\n</script>', 8, 'there is no no-such-package/deep to import'],
])('finds %s', async (_, body, line, message) => {
  await mkdir(join(folder.dir, 'node_modules/@slidev/cli'), { recursive: true })
  expect(await problemsOf(`# One\n\n---\n\n${body}\n\n---\n\n# Three\n`)).toEqual([
    expect.objectContaining({ severity: 'error', file: 'deck.md', line, message }),
  ])
})

it('finds nothing wrong with imports and styles that are there', async () => {
  await mkdir(join(folder.dir, 'node_modules/@slidev/cli'), { recursive: true })
  await mkdir(join(folder.dir, 'node_modules/left-pad'), { recursive: true })
  expect(await problemsOf(`# One

<script setup lang="ts">
import type { A } from './gone'
import { ref } from 'vue'
import { useNav } from '@slidev/client'
import icon from '~icons/mdi/home'
import nav from '#slidev/configs'
import pad from 'left-pad/index.js'
import b from './b'
import text from './b.ts?raw'
import pub from '/x.png'
</script>

<style lang="postcss">
.a { .b & { @apply m-4; } }
</style>

<style>
.a { color: red; &:hover { color: blue } }
@media print { .a { color: black } }
</style>
`, { 'b.ts': 'export default 1' })).toEqual([])
})

it('finds nothing wrong with what Slidev compiles', async () => {
  expect(await problemsOf(`---
comark: true
---

# One {{ $nav.currentPage }}

\`{{ a. }}\` and \`<div>\`, $\\frac{{a}}{b}$, 1 < 2, <b>x</b> <br> <img src="./a.png">

\`\`\`sh {run id=x}
docker inspect -f "{{.State.}}" <div>
\`\`\`

<v-clicks>

- a
- b :icon{name="x"}

</v-clicks>

::right::

::card{title="a"}
text
::

<div v-if="a">

a

</div>
<div v-else>b</div>

<style>
.a { color: red }
</style>

<script setup lang="ts">
const a: number = 1
</script>

<!-- note with <div> -->
`)).toEqual([])
})

it('finds a mistake in an imported file, once, where it stands', async () => {
  expect(await problemsOf('# One\n\n---\nsrc: ./part.md\n---\n\n---\nsrc: ./part.md\n---\n', { 'part.md': '---\nlayout: cover\n---\n\n# P\n\n<div>\n' }))
    .toMatchObject([{ file: 'part.md', line: 7 }])
})

it.each([
  ['warning', 'import { defineConfig } from \'vite\'\n\nexport default defineConfig({ plugins: [rewrite()] })'],
  ['warning', 'import plugins from \'./more.ts\'\n\nexport default { plugins }'],
  ['warning', 'export default { slidev: { markdown: {} } }'],
  ['error', 'import { defineConfig } from \'vite\'\n\nexport default defineConfig({\n  plugins: [],\n})\n'],
  ['error', 'export default { server: { port: 4000 } }'],
])('gives a %s where the deck has this Vite configuration, which may change its Markdown or not: %s', async (severity, config) => {
  expect(await problemsOf('# One\n\n<div>\n', { 'vite.config.ts': config })).toMatchObject([{ severity }])
})

it('only warns where code of the deck changes its Markdown', async () => {
  await mkdir(join(folder.dir, 'setup'))
  expect(await problemsOf('# One\n\n<div>\n', { 'setup/transformers.ts': '' })).toMatchObject([{ severity: 'warning' }])
})
