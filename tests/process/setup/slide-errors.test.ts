import { expect, it } from 'vitest'
import { deckOf } from '../../_present.ts'
import { compileSlides } from '../../_slides.ts'

/** The slides that show a mistake, by their number. */
async function mistakesIn(slides: string[]): Promise<Record<number, string>> {
  const compiled = await compileSlides(await deckOf(slides.map(slide => `---\n\n${slide}\n\n`).join('')))
  return Object.fromEntries([...compiled]
    .sort(([a], [b]) => a - b)
    .flatMap(([no, code]) => [...code.matchAll(/"line":(\d+),"column":\d+,"code":"([\w-]+)"/g)].map(([, line, name]) => [no, `${name} ${line}`])))
}

it('puts what cannot be compiled on its slide alone', async () => {
  expect(await mistakesIn([
    '# 2\n\n```sh {run id=a}\ntrue\n```',
    '# 3\n\n<div>',
    '# 4\n\n{{ a. }}',
    '# 5\n\n<style>\n.a { color: red\n</style>',
    '# 6\n\n<style lang="scss">\n.a { color: red }\n</style>',
    '# 7\n\n<script setup>\nimport a from "./nope.ts"\n</script>',
    '# 8\n\n<script setup>\nimport a from "no-such-package"\n</script>',
    '# 9\n\n<script setup>\nimport a from "/etc/hostname?raw"\n</script>',
    '# 10\n\n<style>\n.a:nth-child(x) { color: red }\n</style>',
    '# 11\n\n![x](./nope.png) ![y](/nope.png)',
    '# 12\n\n````md magic-move\ntext\n````',
    '# 13\n\n<<< @/nope.sh',
    '# 14\n\n```sh {rum id=b}\ntrue\n```',
    '# 15 {{ a. }}',
    '# 16\n\n<div>\n```sh {run id=c}\ntrue\n```\n</div>',
    '```yaml {container id=d}\nimage: x\n```\n\n# 17',
    '```yaml {container id=e}\nimage: x\n```',
    '::: warning\n```sh {run id=f timeout=x}\ntrue\n```\n:::',
    '# 20\n\n<<< @/nope.sh sh {run id=g}',
    '# 21',
  ])).toEqual({
    3: 'bad-template 24',
    4: 'bad-template 30',
    5: 'bad-template 37',
    6: 'bad-template 44',
    7: 'bad-template 53',
    8: 'bad-template 61',
    9: 'broken-slide 65',
    12: 'empty-magic-move 90',
    13: 'no-file 98',
    14: 'unknown-verb 104',
    15: 'bad-template 110',
    16: 'fence-in-html 117',
    17: 'yaml-eaten 124',
    18: 'yaml-eaten 132',
    19: 'bad-value 139',
    20: 'no-file 148',
  })
})
