import type { Step } from '../../../runners/protocol/step.ts'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hashOf } from '../../../runners/deck/hash.ts'
import { parseDeck } from '../../../runners/deck/parse.ts'

/** The step of a deck with one fence, and files beside it. */
async function stepOf(info: string, code: string, { headmatter = '', before = '', files = {} as Record<string, string> } = {}): Promise<Step> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-hash-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await mkdir(join(dir, 'demo'))
  for (const [name, text] of Object.entries(files))
    await writeFile(join(dir, name), text)
  await writeFile(join(dir, 'deck.md'), `---\nkamishibai: {${headmatter}}\n---\n\n${before}# T\n\n\`\`\`${info}\n${code}\n\`\`\`\n`)
  const { steps: [step], problems } = await parseDeck(join(dir, 'deck.md'))
  expect(problems).toEqual([])
  return step!
}

// Every recording that anybody made carries such a hash: these may not change.
it.each([
  ['sh {run id=hello mark=/hello/ rows=6}', 'echo hello', '5118205ce67ff529'],
  ['yaml {container id=web out=none until=http=200@http://127.0.0.1:18080/ timeout=20s}', 'image: kamishibai/demo:1\nports: ["18080:8080"]', 'd36a42c20bd766f5'],
  ['http {request id=ask repeat=30 rate=10/s by=header:x-served-by}', 'GET http://localhost:8080/', 'cf2a63750955dad3'],
  ['dockerfile {build id=img tag=hello:1 context=./demo}', 'FROM base:1', '84806b7633f3f80e'],
])('is what it was when recordings were made: %s', async (info, code, hash) => {
  expect((await stepOf(info, code)).hash).toBe(hash)
})

describe('a hash', () => {
  const info = 'sh {run id=a}'

  it('does not change with the place on the slides, with how it is shown, or with options that no fence sets', async () => {
    const step = await stepOf(info, 'true')
    const moved = await stepOf('sh {run id=a on=next out=none fallback=auto mark=/x/ print=start,end title="A step"}', 'true', { before: '# First\n\n---\n\n' })
    expect(moved).toMatchObject({ hash: step.hash, slide: 2 })
    const later = { ...step, cursor: false, container: undefined } as Step
    expect(hashOf(later, ['true\n'])).toBe(hashOf(step, ['true\n']))
    const container = await stepOf('yaml {container id=c}', 'image: x')
    const wider = { ...container, container: { ...container.container!, tmpfs: [] } } as Step
    expect(hashOf(wider, [])).toBe(hashOf(container, []))
  })

  it.each<[string, string, string, Parameters<typeof stepOf>[2]]>([
    ['the code', info, 'false', {}],
    ['a hidden line', info, 'true\n# hidden: true', {}],
    ['an option', 'sh {run id=a timeout=31s}', 'true', {}],
    ['a condition', 'sh {run id=a expect=match=/x/}', 'true', {}],
    ['a default of the headmatter', info, 'true', { headmatter: 'defaults: { cols: 60 }' }],
  ])('changes with %s', async (_, changed, code, options) => {
    expect((await stepOf(changed, code, options)).hash).not.toBe((await stepOf(info, 'true')).hash)
  })

  it.each([
    ['its code names', info, 'sh demo/look.sh', 'demo/look.sh'],
    ['its code names without a folder', info, 'sh <look', 'look'],
    ['stands in the context of its build', 'dockerfile {build id=a context=./demo}', 'FROM x\nCOPY . /', 'demo/start.sh'],
  ])('changes with a file that %s', async (_, info, code, file) => {
    const of = async (text: string) => stepOf(info, code, { files: { [file]: text } })
    expect(await of('one')).toMatchObject({ hash: (await of('one')).hash, files: [file] })
    expect((await of('one')).hash).not.toBe((await of('two')).hash)
  })
})
