import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { formatHandout, toHandout } from '../../../../runners/cli/export/handout.ts'
import { formatRecording } from '../../../../runners/protocol/format-recording.ts'
import { fence, onDecks } from '../../../_decks.ts'
import { logOf, output, recordingOf } from '../../../_recordings.ts'

const folder = onDecks()

async function handoutOf(body: string, results: Record<string, string> = {}) {
  const deck = await folder.parse(body)
  const dir = join(folder.dir, 'recordings/deck')
  await mkdir(dir, { recursive: true })
  for (const step of deck.steps) {
    const { cast, events } = formatRecording(recordingOf(logOf([[0, { type: 'phase', phase: 'running' }], [900, output(results[step.id] ?? '')], [1500, output('')]]), { step: step.id, hash: step.hash }))
    await writeFile(join(dir, `${step.id}.cast`), cast)
    await writeFile(join(dir, `${step.id}.events.jsonl`), events)
  }
  return toHandout(deck)
}

it('has the text of a slide, its code as it is seen, and what it printed', async () => {
  const [slide] = await handoutOf(`# Hello

<div class="grid">

- a \`<div>\` and **bold** <kbd>k</kbd> <carbon-cloud /> text

\`\`\`sh [greet.sh] {run id=hello} {1|2}
# hidden: cd demo
echo "hello"
\`\`\`

</div>

::right::

<v-click>Then this.</v-click>

\`\`\`ts {1|2}{lines:true}
const a = 1
\`\`\`

<style>
h1 { color: red }
</style>

<!-- [click] Say hello. -->
`, { hello: 'hello\r\n\x1B[32mworld\x1B[0m\r\n' })
  expect(slide).toEqual({
    no: 1,
    title: 'Hello',
    seen: false,
    note: 'Say hello.',
    text: `# Hello

- a \`<div>\` and **bold** <kbd>k</kbd>  text

\`\`\`sh
echo "hello"
\`\`\`

\`\`\`text
hello
world
\`\`\`

Then this.

\`\`\`ts
const a = 1
\`\`\``,
  })
  expect(formatHandout([slide!], () => 'x.png')).toMatch(/^<!-- kamishibai export -->\n\n# Hello\n[\s\S]*\n> Say hello\.\n$/)
})

it('shows results where views do, several moments with their times, and none where the slide has none', async () => {
  const [slide] = await handoutOf(`${fence('sh {run id=a out=log print=0.1s,marker:go,0.95s}', 'a')}
${fence('sh {run id=b out=none}', 'b')}
<LiveOutput step="a" />

<LiveRace steps="a,b" />

- in a list

  ${'```'}sh {run id=c}
  c
  ${'```'}
`, { a: 'ticks ``` here', b: 'secret', c: 'in c' })
  expect(slide!.seen).toBe(false)
  expect(slide!.text).not.toContain('secret')
  expect(slide!.text).toContain('````text\nticks ``` here\n````')
  expect(slide!.text).toContain('- a: 1.2 s\n- b: 1.2 s')
  expect(slide!.text).toContain('  ```sh\n  c\n  ```\n\n  ```text\n  in c\n  ```')
})

it('asks for a picture where something has no text', async () => {
  const slides = await handoutOf(['# Plain', '# View\n\n<LivePods/>', '# Own\n\n<DrawBox a="b > c" />', '# Own with text\n\n<Box>text</Box>', '# Picture\n\n![a cat](./cat.png)', '---\nlayout: image\nimage: /x.png\n---\n\n# Layout'].join('\n\n---\n\n').replace('---\n\n---\n', '---\n'))
  expect(slides.map(({ seen }) => seen)).toEqual([false, true, true, false, true, true])
  expect(slides[4]!.text).toBe('# Picture\n\na cat')
  expect(formatHandout(slides, no => `./deck/${no}.png`)).toContain('# View\n\n![View](./deck/2.png)\n\n---\n')
})
