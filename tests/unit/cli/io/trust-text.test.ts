import type { Asked } from '../../../../runners/cli/io/trust-text.ts'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { formatChanges, formatQuestion, formatWhole } from '../../../../runners/cli/io/trust-text.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { approve, readTrust } from '../../../../runners/service/trust/trust.ts'

const SLIDES = join(import.meta.dirname, '../../../../slides')
const cluster = { context: 'talk', server: 'https://127.0.0.1:6443', uid: '1', standing: 'unknown' } as unknown as Asked['cluster']

function terminal(columns = 80): NodeJS.WriteStream {
  return Object.assign(new PassThrough(), { columns }) as unknown as NodeJS.WriteStream
}

async function ask(file: string, env: Record<string, string>): Promise<Asked> {
  const deck = await parseDeck(file)
  return { trust: await readTrust(deck, env), cluster, filesOf: new Map(deck.steps.map(step => [step.id, step.files])) }
}

async function folder(files: Record<string, string>): Promise<{ dir: string, env: Record<string, string>, put: (name: string, text: string) => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-question-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const put = async (name: string, text: string): Promise<void> => {
    await mkdir(join(dir, 'talk', name, '..'), { recursive: true })
    await writeFile(join(dir, 'talk', name), text)
  }
  for (const [name, text] of Object.entries(files))
    await put(name, text)
  return { dir: join(dir, 'talk'), env: { XDG_STATE_HOME: join(dir, 'state') }, put }
}

it('fits with what stands around it on a terminal of 24 lines, however much a deck does', async () => {
  const { env } = await folder({})
  const asked = await ask(join(SLIDES, 'seminar.md'), env)
  for (const columns of [80, 200]) {
    const lines = stripVTControlCharacters(formatQuestion(asked, terminal(columns))).split('\n')
    // Above it two lines and a blank one, below a blank one and the question, which may wrap.
    expect(lines.length).toBeLessThanOrEqual(24 - 6)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(columns)
    expect(lines[0]).toBe('More than the guard allows, the worst first:')
    expect(lines[1]).toContain('unguarded')
  }
})

const DECK = [
  '---\nkamishibai:\n  grants: ["mount:/etc:ro:a"]\n---\n\n# T\n',
  '```sh {run id=a}\n# hidden: curl https://evil.test/\u202Ex\nls 127.0.0.1 http://127.0.0.1:8080\n```\n',
  '```sh {run id=b}\nsh demo/x.sh\n```\n',
].join('\n')

it('names what steps call, hidden lines, and code that Slidev runs, what is worse first', async () => {
  const { dir, env } = await folder({ 'deck.md': DECK, 'demo/x.sh': '1\n', 'components/A.vue': '', 'setup/main.ts': '' })
  const text = stripVTControlCharacters(formatQuestion(await ask(join(dir, 'deck.md'), env), terminal()))
  expect(text).toContain('a (slide 1): reads /etc')
  expect(text).toContain('2 steps, 1 of them with 1 line that no slide shows:')
  expect(text).toMatch(/^ {2}programs +curl, (?:ls, sh|sh, ls)$/m)
  expect(text).toMatch(/^ {2}hosts +evil\.test, 127\.0\.0\.1:8080$/m)
  expect(text).toMatch(/^ {2}cluster +talk at https/m)
  expect(text).toMatch(/^ {2}Slidev runs setup\/main\.ts, components\/A\.vue$/m)
})

it('asks after a change about what changed alone', async () => {
  const { dir, env, put } = await folder({ 'deck.md': DECK, 'demo/x.sh': '1\n', 'components/A.vue': '', 'setup/main.ts': '' })
  await approve((await ask(join(dir, 'deck.md'), env)).trust, env)
  await put('demo/x.sh', '2\n')
  await put('setup/new\u0007.ts', '')
  const asked = await ask(join(dir, 'deck.md'), env)
  const text = stripVTControlCharacters(formatQuestion(asked, terminal()))
  expect(text).toContain('1 step, new or changed:\n  changed     demo/x.sh\n  new         setup/new\\u{7}.ts\n')
  expect(text).toMatch(/^ {2}programs +sh$/m)
  expect(text).toMatch(/^ {2}Slidev runs setup\/new\\u\{7\}\.ts$/m)
  // A grant is never said too often.
  expect(text).toContain('reads /etc')
  const changes = stripVTControlCharacters(formatChanges(asked, terminal()))
  expect(changes).toContain('  changed  demo/x.sh\n')
  expect(changes).toContain('b  slide 1')
  expect(changes).not.toContain('a  slide 1')
})

it('has the whole plan besides, with characters that deceive as escapes', async () => {
  const { dir, env } = await folder({ 'deck.md': DECK, 'demo/x.sh': '1\n' })
  const whole = stripVTControlCharacters(formatWhole(await ask(join(dir, 'deck.md'), env), terminal()))
  expect(whole).toContain('hidden | curl https://evil.test/\\u{202e}x')
  expect(whole.indexOf('mount:/etc:ro:a')).toBeLessThan(whole.indexOf('a  slide 1'))
})
