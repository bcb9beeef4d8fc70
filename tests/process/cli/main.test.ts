import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kamishibai, kamishibaiIn } from '../../_cli.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-cli-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('a call that cannot be meant', () => {
  it.each([
    [[], 'Name a command'],
    [['presnt'], 'There is no command presnt. Did you mean present?'],
    [['xyzzy'], 'There are: present, rehearse'],
    [['check', '--repoter', 'json'], 'There is no option --repoter. Did you mean --reporter?'],
    [['check', '--mode', 'liv'], '--mode cannot be liv. It is one of live, replay.'],
    [['present', '--port', 'abc'], 'The port is a number from 1 to 65535.'],
    [['present', '--port'], '--port needs a value.'],
    [['present', '--port', '--no-open'], '--port needs a value.'],
    [['present', '--no-opn'], 'There is no option --no-opn. Did you mean --no-open?'],
    [['check', '--mode', 'live', '--mode', 'replay'], '--mode stands twice.'],
    [['check', '--no-mode'], '--mode cannot be false. It is one of live, replay.'],
    [['record', '--only', '--trust'], '--only needs a value.'],
    [['export', '--no-output'], '--output needs a value.'],
    [['build', '--output='], '--output needs a value.'],
    [['plan', '-x'], 'There is no option -x.'],
    [['sweep', 'slides/tour.md'], 'slides/tour.md is too much: sweep takes no deck.'],
    [['cluster'], 'Say what to do with a cluster: create, status, delete, cut or join.'],
    [['cluster', 'creat'], 'A cluster cannot creat. It can create, status, delete, cut, join.'],
    [['cluster', 'cut'], 'Name the node'],
    [['plan', 'slides/tuor.md'], 'Did you mean slides/tour.md?'],
    [['plan', 'slides'], 'slides is a folder. Name a file in it: slides/'],
    [['plan', 'a.md', 'b.md'], 'b.md is too much'],
    [['record', '--trim', '2s', '--keep', 'hello', 'slides/tour.md'], '--trim and --keep do not go together: '],
    [['record', '--keep', 'hello', '--only', 'ten', 'slides/tour.md'], '--only and --keep do not go together: a run that is kept is of one step, which --keep names.'],
    [['record', '--only', 'helo', 'slides/tour.md', '--trust'], 'The deck has no step helo. Did you mean hello?'],
  ])('exits 2 with a sentence: %j', async (args, sentence) => {
    const { code, out, err } = await kamishibai(...args)
    expect(err).toContain(sentence)
    expect(err).not.toMatch(/\n {4}at /)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  it('takes --remote without an address, in each place', async () => {
    for (const args of [['slides/none.md', '--remote'], ['--remote', '--no-open', 'slides/none.md'], ['--remote', 'slides/none.md']])
      expect((await kamishibai('present', ...args)).err).toContain('There is no deck slides/none.md')
    expect((await kamishibai('present', '--no-remote')).err).toContain('--remote needs a value.')
  })

  it.each([[['record', 'slides/tour.md']], [['check', 'slides/tour.md', '--mode', 'live']]])('runs nothing without trust and without a terminal: %j', async (args) => {
    expect(await kamishibai(...args)).toEqual({ code: 2, out: '', err: expect.stringContaining('Nothing was run') as string })
  })
})

it.each(['init', 'import', 'present', 'edit', 'rehearse', 'record', 'check', 'export', 'build', 'plan', 'doctor', 'sweep', 'cluster', 'cluster create', 'cluster status', 'cluster delete', 'cluster cut', 'cluster join'])('%s --help shows its options, an example, exit codes and environment', async (command) => {
  const { code, out } = await kamishibai(...command.split(' '), '--help')
  expect(code).toBe(0)
  expect(out).toMatch(new RegExp(`^kamishibai ${command}[^\\n]*\\n\\n\\S`))
  expect(out).toMatch(/Options:[\s\S]*Examples:\n +kamishibai [\s\S]*Exit codes:\n {2}[01] {4}\S[\s\S]*\n {2}2 {4}\S[\s\S]*Environment:\n {2}NO_COLOR +\S/)
})

it.each(['present', 'edit', 'record', 'check', 'export', 'build'])('%s --help says how it ends when it is asked to', async (command) => {
  expect((await kamishibai(command, '--help')).out).toMatch(/\n {2}130 {2}\S.*\n {2}143 {2}\S.*\n {2}129 {2}\S/)
})

it('says by -h what there is', async () => {
  const { code, out } = await kamishibai('-h')
  expect(code).toBe(0)
  for (const command of ['init', 'import', 'present', 'edit', 'rehearse', 'record', 'check', 'export', 'build', 'plan', 'doctor', 'sweep', 'cluster'])
    expect(out).toMatch(new RegExp(`^ {2}kamishibai ${command}\\b.*\\S`, 'm'))
})

describe('a call without a deck', () => {
  it('takes slides/seminar.md where it is there, else slides.md', async () => {
    const folder = await mkdtemp(join(dir, 'default-'))
    await mkdir(join(folder, 'slides'))
    await writeFile(join(folder, 'slides.md'), '# A\n\n```sh {run id=ours}\ntrue\n```\n')
    expect((await kamishibaiIn({ cwd: folder }, 'plan')).out).toContain('ours')
    await writeFile(join(folder, 'slides/seminar.md'), '# A\n\n```sh {run id=seminar}\ntrue\n```\n')
    expect((await kamishibaiIn({ cwd: folder }, 'plan')).out).toContain('seminar')
  })

  it('names the decks that are there, where it finds none of them', async () => {
    const folder = await mkdtemp(join(dir, 'none-'))
    expect(await kamishibaiIn({ cwd: folder }, 'check')).toEqual({ code: 2, out: '', err: 'There is no deck slides.md. Make one: kamishibai init\n' })
    await mkdir(join(folder, 'slides'))
    await mkdir(join(folder, 'folder.md'))
    await Promise.all(['talk.md', 'README.md', 'slides/hello.md'].map(name => writeFile(join(folder, name), '# A\n')))
    expect(await kamishibaiIn({ cwd: folder }, 'check')).toEqual({ code: 2, out: '', err: 'There is no deck slides.md. Name one: talk.md, slides/hello.md.\n' })
    expect((await kamishibaiIn({ cwd: folder }, 'check', 'other.md')).err).toBe('There is no deck other.md. Here are README.md, talk.md.\n')
    expect((await kamishibaiIn({ cwd: folder }, 'check', '.')).err).toBe('This is a folder. Name a file in it: README.md, talk.md.\n')
  })
})

it('names the package.json that cannot be read', async () => {
  const folder = await mkdtemp(join(dir, 'broken-'))
  await writeFile(join(folder, 'slides.md'), '# A\n\n```sh {run id=a}\ntrue\n```\n')
  await writeFile(join(folder, 'package.json'), '{"a":')
  const { code, err } = await kamishibaiIn({ cwd: folder }, 'check')
  expect(err).toMatch(/package\.json is no package\.json: .*\. Mend it first\.\n$/)
  expect(code).toBe(2)
})

it('plans the code too that Slidev runs when the deck is only replayed', async () => {
  const folder = await mkdtemp(join(dir, 'code-'))
  await Promise.all(['setup', 'components/deep', 'layouts', 'public'].map(name => mkdir(join(folder, name), { recursive: true })))
  const code = ['components/deep/A.vue', 'global-top.vue', 'layouts/own.vue', 'setup/main.ts', 'uno.config.ts', 'vite.config.ts']
  await Promise.all([...code, 'public/no.js', 'notes.txt'].map(name => writeFile(join(folder, name), '')))
  await writeFile(join(folder, 'deck.md'), '---\ntheme: seriph\naddons: [kamishibai, "@/.."]\n---\n\n# T\n\n<script setup>\n1\n</script>\n')
  const { out } = await kamishibaiIn({ cwd: folder }, 'plan', 'deck.md', '--json')
  expect(JSON.parse(out)).toMatchObject({ code, scripts: ['deck.md'], theme: 'seriph', addons: ['kamishibai', '@/..'] })
  const text = await kamishibaiIn({ cwd: folder }, 'plan', 'deck.md')
  for (const line of [...code, '<script> in deck.md', 'theme seriph', 'addon @/..'])
    expect(text.out).toContain(`\n  ${line}\n`)
})

it('plans as JSON: what every step would run', async () => {
  const { code, out } = await kamishibai('plan', 'slides/tour.md', '--json')
  const plan = JSON.parse(out) as { steps: object[] }
  expect(plan).toMatchObject({ deck: 'tour', hash: expect.any(String) as string, grants: ['cap:NET_ADMIN:granted'], files: expect.any(Array) as string[] })
  expect(plan.steps[0]).toMatchObject({ id: 'hello', slide: 1, file: 'tour.md', line: expect.any(Number) as number, verb: 'run', runner: 'shell', code: expect.any(String) as string, hidden: [], extra: false, images: [], namespaces: [], ports: [], hosts: [], mounts: [], needs: [], timeoutMs: expect.any(Number) as number })
  expect(code).toBe(0)
})

describe('doctor', () => {
  it('says as JSON what it found, and exits with 1 where the talk is at risk', async () => {
    const fine = await kamishibai('doctor', 'slides/tour.md', '--json')
    expect(JSON.parse(fine.out)).toMatchObject({ ok: fine.code === 0, checks: expect.arrayContaining([expect.objectContaining({ id: 'deck', ok: true })]) })
    const bad = join(dir, 'bad.md')
    await writeFile(bad, '# A\n\n```sh {run id=a timout=1s}\ntrue\n```\n')
    const { code, out } = await kamishibai('doctor', bad)
    expect(code).toBe(1)
    expect(out).toMatch(/^✗ .*bad\.md:3/)
    expect(out).toContain('at risk')
  })
})

it('names the context that no kubeconfig has, whatever the deck says', async () => {
  await writeFile(join(dir, 'context.md'), '---\nkamishibai: {contexts: [mine]}\n---\n\n# One\n\n```yaml {apply id=one}\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n```\n')
  const { code, out } = await kamishibai('check', join(dir, 'context.md'), '--mode', 'live', '--trust', '--context', 'yours')
  expect(out).toContain('the context yours, which the deck or the call names, is in no kubeconfig')
  expect(code).toBe(1)
})

it('does not claim to remove a cluster that is not there', async () => {
  const { code, out, err } = await kamishibai('cluster', 'delete', 'none')
  expect(err).toMatch(/none/)
  expect(err).not.toContain('removing')
  expect(out).toBe('')
  expect(code).not.toBe(0)
})

it('says in a sentence that a port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { code, err } = await kamishibai('present', 'slides/tour.md', '--mode', 'replay', '--no-open', '--port', String(port))
  server.close()
  // By whom, too, where the system tells.
  expect(err).toMatch(new RegExp(`the port ${port} is taken\\b.*\\bname another(?: port)? with --port`, 'i'))
  expect(err).not.toMatch(/\n {4}at /)
  expect(code).toBe(1)
})
