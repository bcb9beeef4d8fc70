import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { escapeDeceiving } from '../../../../runners/deck/escape.ts'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { stateDir } from '../../../../runners/service/trust/store.ts'
import { approve, readTrust } from '../../../../runners/service/trust/trust.ts'
import { watchDeck } from '../../../../runners/service/trust/watch.ts'

let dir: string
let env: Record<string, string>
beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'kamishibai-trust-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  dir = join(root, 'talk', 'slides')
  env = { XDG_STATE_HOME: join(root, 'state') }
  await put({
    '../package.json': '{}',
    'deck.md': '---\ntitle: T\naddons: [some-addon, "@/.."]\n---\n\n# T\n\n```sh {run id=x}\nsh demo/x.sh\n```\n\n<script setup>\n1\n</script>\n',
    'demo/x.sh': 'echo x\n',
    '.env': 'WORD=x\n',
    '.tool/run.sh': 'echo x\n',
    'setup/vite-plugins.ts': 'export default () => []\n',
    'components/Deep/A.vue': '<template>a</template>\n',
    'public/a.js': '1\n',
    'recordings/deck/x.cast': 'recorded\n',
    'node_modules/x/index.js': '1\n',
  })
})

async function put(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
}

const read = async (): ReturnType<typeof readTrust> => readTrust(await parseDeck(join(dir, 'deck.md')), env)

describe('what a deck is approved by', () => {
  it('is every file below its folder and the package manifest, without recordings and what is installed', async () => {
    const { digests, code, sources } = await read()
    expect(Object.keys(digests)).toEqual(['../package.json', '.env', '.tool/run.sh', 'components/Deep/A.vue', 'deck.md', 'demo/x.sh', 'public/a.js', 'setup/vite-plugins.ts'])
    expect(code).toEqual(['components/Deep/A.vue', 'setup/vite-plugins.ts'])
    expect(sources).toMatchObject({ addons: ['some-addon', '@/..'], scripts: ['deck.md'] })
  })

  it('is remembered by deck and files, and a change asks again and says what changed', async () => {
    const first = await read()
    expect(first).toMatchObject({ approved: false, changes: undefined })
    await approve(first, env)
    expect(await read()).toMatchObject({ approved: true, hash: first.hash })
    await put({ 'demo/x.sh': 'rm -rf /\n', 'demo/new.sh': '', 'recordings/deck/x.cast': 'again\n' })
    await rm(join(dir, 'public/a.js'))
    const second = await read()
    expect(second).toMatchObject({ approved: false, changes: { added: ['demo/new.sh'], removed: ['public/a.js'], changed: ['demo/x.sh'] } })
    await put({ 'demo/x.sh': 'echo x\n', 'public/a.js': '1\n' })
    await rm(join(dir, 'demo/new.sh'))
    expect(await read()).toMatchObject({ approved: true })
  })

  it('changes with a manifest, an imported file from outside, a link that leads elsewhere, and a program among the recordings', async () => {
    await put({ '../shared/part.md': '# Part\n', 'deck.md': '---\ntitle: T\n---\n\n# T\n\n---\nsrc: ../shared/part.md\n---\n', '../elsewhere/y.sh': '1\n' })
    await symlink(join(dir, '../elsewhere'), join(dir, 'linked'))
    await symlink(dir, join(dir, 'loop'))
    await approve(await read(), env)
    for (const [file, name] of [['../package.json', '../package.json'], ['../shared/part.md', '../shared/part.md'], ['../elsewhere/y.sh', 'linked/y.sh'], ['recordings/deck/evil.sh', undefined]] as const) {
      await put({ [file]: '{"changed": true}\n' })
      const now = await read()
      expect(now.approved).toBe(false)
      expect([...now.changes!.changed, ...now.changes!.added]).toEqual([name ?? file])
      await approve(now, env)
    }
  })

  it('lies where only the user can read it, and is kept for ten versions', async () => {
    for (let i = 0; i < 12; i++) {
      await put({ 'demo/x.sh': `echo ${i}\n` })
      await approve(await read(), env)
    }
    const trust = join(env.XDG_STATE_HOME!, 'kamishibai', 'trust')
    const [folder] = await readdir(trust)
    const files = await readdir(join(trust, folder!))
    expect(files).toHaveLength(10)
    expect((await stat(join(trust, folder!))).mode & 0o077).toBe(0)
    expect((await stat(join(trust, folder!, files[0]!))).mode & 0o077).toBe(0)
  })

  it('is no approval if its file is damaged', async () => {
    await approve(await read(), env)
    const trust = join(env.XDG_STATE_HOME!, 'kamishibai', 'trust')
    const [folder] = await readdir(trust)
    const [file] = await readdir(join(trust, folder!))
    await writeFile(join(trust, folder!, file!), '{"deck":')
    expect(await read()).toMatchObject({ approved: false, changes: undefined })
  })
})

it('keeps state where each system keeps it', () => {
  expect(stateDir({ HOME: '/h' }, 'linux')).toBe('/h/.local/state/kamishibai')
  expect(stateDir({ HOME: '/h', XDG_STATE_HOME: '/s' }, 'linux')).toBe('/s/kamishibai')
  expect(stateDir({ HOME: '/h', XDG_STATE_HOME: 'not/absolute' }, 'linux')).toBe('/h/.local/state/kamishibai')
  expect(stateDir({ HOME: '/h' }, 'darwin')).toBe('/h/Library/Application Support/kamishibai')
})

it.each([
  ['a bell, an escape and a carriage return', 'a\u0007b\u001B[2Jc\rd', 'a\\u{7}b\\u{1b}[2Jc\\u{d}d'],
  ['marks that turn the direction', 'x \u202Egnihton\u202C \u2066y\u2069 \u200F', 'x \\u{202e}gnihton\\u{202c} \\u{2066}y\\u{2069} \\u{200f}'],
  ['what has no width', 'a\u200B\u00AD\u2060\uFEFF\u3164b', 'a\\u{200b}\\u{ad}\\u{2060}\\u{feff}\\u{3164}b'],
  ['letters of the tag block, which nobody sees', 'a\u{E0041}\u{E007F}', 'a\\u{e0041}\\u{e007f}'],
  ['line breaks of all kinds', 'a\nb\u2028c\u0085d\vE', 'a\\u{a}b\\u{2028}c\\u{85}d\\u{b}E'],
  ['blanks that are none', 'rm\u00A0-rf\u2003/', 'rm\\u{a0}-rf\\u{2003}/'],
  ['half of a pair, and what is private', '\uD800 \uE000', '\\u{d800} \\u{e000}'],
  ['nothing of Japanese, of an emoji, and of a tab', '日本語\u3000で\tコンテナ 🐳', '日本語\u3000で\tコンテナ 🐳'],
])('escapes %s', (_, text, escaped) => {
  expect(escapeDeceiving(text)).toBe(escaped)
})

it('tells a change on disk of where steps stand, and of what they use', async () => {
  const changes: { name: string, used: boolean }[] = []
  const end = await watchDeck(await parseDeck(join(dir, 'deck.md')), change => changes.push(change))
  onTestFinished(end)
  await put({ 'public/a.js': '2\n', 'demo/x.sh': 'echo y\n' })
  await expect.poll(() => changes).toEqual([{ name: 'demo/x.sh', used: true }])
  await put({ 'deck.md': '# Other\n' })
  await expect.poll(() => changes).toEqual([{ name: 'demo/x.sh', used: true }, { name: 'deck.md', used: false }])
})
