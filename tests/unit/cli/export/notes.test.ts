import { expect, it } from 'vitest'
import { highlightCode } from '../../../../runners/cli/export/notes.ts'

it('colours code of the notes', async () => {
  const html = await highlightCode('echo "$HOME"\n', 'sh')
  expect(html).toMatch(/^<pre class="shiki vitesse-light"/)
  expect(new Set(html.match(/color:#\w+/g)).size).toBeGreaterThan(1)
})

it('leaves code in an unknown language to the Markdown', async () => {
  expect(await highlightCode('1 + 1', 'sum')).toBe('')
  expect(await highlightCode('1 + 1', '')).toBe('')
})
