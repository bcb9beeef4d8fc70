import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kamishibai } from '../../../_cli.ts'

let dir: string
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'kamishibai-import-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('kamishibai import', { timeout: 60_000 }, () => {
  it('writes a deck that check understands, tells with its line what is not in it, and writes over nothing', async () => {
    const output = join(dir, 'talk', 'slides.md')
    const file = join(import.meta.dirname, '../../../fixtures/import/runme.md')
    const { code, out, err } = await kamishibai('import', file, '--output', output)
    expect(err).toBe(`${file}:20  not carried over: promptEnv. A step asks for nothing: let env: of the headmatter name the variables that it may see.\n`)
    expect(out).toContain('3 slides and 3 steps')
    expect(code).toBe(0)
    const plan = await kamishibai('plan', output, '--json')
    expect((JSON.parse(plan.out) as { steps: object[] }).steps).toMatchObject([{ id: 'hello', slide: 2 }, { id: 'serve', slide: 3 }, { id: 'ask', slide: 3 }])
    expect(plan.code).toBe(0)
    expect(await kamishibai('import', file, '--output', output)).toMatchObject({ code: 1, err: expect.stringContaining('nothing was written') as string })
  })

  it('says that a file is empty, and writes none', async () => {
    const file = join(dir, 'empty.md')
    await writeFile(file, '\n')
    const output = join(dir, 'of-empty.md')
    expect(await kamishibai('import', file, '--output', output)).toEqual({ code: 1, out: '', err: `${file}:1  the file is empty: nothing was written.\n` })
    await expect(readFile(output)).rejects.toThrow('ENOENT')
  })

  it('writes to standard output', async () => {
    const file = join(dir, 'one.md')
    await writeFile(file, '```bash +exec\necho hi\n```\n')
    expect(await kamishibai('import', file)).toEqual({ code: 0, err: '', out: '---\ntheme: none\naddons:\n  - kamishibai\n---\n\n```bash {run id=step}\necho hi\n```\n' })
  })

  it.each([[['import'], 'Name the file to import.'], [['import', 'nowhere.md'], 'There is no file nowhere.md.'], [['import', 'README.md', 'b.md'], 'b.md is too much: import takes one file.']])('exits 2 with a sentence: %j', async (args, sentence) => {
    const { code, err } = await kamishibai(...args)
    expect(err).toContain(sentence)
    expect(code).toBe(2)
  })

  it('says where the front matter is no YAML', async () => {
    const file = join(dir, 'bad.md')
    await writeFile(file, '---\ntitle: a\nb: [\n---\n# A\n')
    expect(await kamishibai('import', file)).toMatchObject({ code: 2, err: expect.stringMatching(/bad\.md:\d: its front matter is no YAML/) as string })
  })
})
