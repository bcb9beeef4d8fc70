import type { Runner } from '../../../runners/protocol/runner.ts'
import type { Finding } from '../../../runners/service/doctor/finding.ts'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { parseDeck } from '../../../runners/deck/parse.ts'
import { checkRecordings } from '../../../runners/service/doctor/deck.ts'
import { createDoctor } from '../../../runners/service/doctor/doctor.ts'
import { worstFirst } from '../../../runners/service/doctor/finding.ts'
import { checkFonts } from '../../../runners/service/doctor/fonts.ts'
import { checkClock, checkMemory, checkPorts, checkPower } from '../../../runners/service/doctor/machine.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-doctor-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
})

interface World { available?: boolean, lacks?: string[], nowhere?: string[], fetched?: string[], offers?: Runner['offers'], path?: string, tryOut?: Runner['tryOut'] }

/** What doctor says of a deck; engines are as `world` has them. */
async function examine(
  text: string,
  { available = true, lacks = [], nowhere = [], fetched = [], offers, path, tryOut }: World = {},
): Promise<Record<string, Finding>> {
  const file = join(dir, 'deck.md')
  await writeFile(file, text)
  const runner = (name: Runner['name']): Runner => ({
    name,
    probe: async () =>
      available ? { available, version: '1.0' } : { available, reason: 'no engine answers', hint: 'Start it.' },
    run: async () => {},
    lacks: async images => images.filter(image => lacks.includes(image)),
    async fetch(image) {
      if (nowhere.includes(image))
        throw new Error(`${image} cannot be fetched`)
      fetched.push(image)
    },
    ...(offers && { offers }),
    ...(tryOut && { tryOut }),
  })
  const doctor = await createDoctor({
    deck: await parseDeck(file),
    env: { DOCKER_HOST: 'unix:///nowhere', ...path && { PATH: path } },
    loadRunner: async name => runner(name),
  })
  if (lacks.length)
    await doctor.fetchImages(() => {})
  const findings = await doctor.examine()
  await doctor.close()
  return Object.fromEntries(findings.map(finding => [finding.id, finding]))
}

const CONTAINER = '# A\n\n```yaml {container id=web}\nimage: nginx:1\nports: ["18099:80"]\n```\n'

describe('doctor', () => {
  it('tells the programs that its steps call and that are not here, with the steps', async () => {
    const bin = join(dir, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'sh'), '', { mode: 0o755 })
    const text = '# A\n\n```sh {run id=a}\npodman ps\n```\n\n```sh {run id=b}\npodman ps | jq .\n```\n\n```sh {run id=c}\npodman ps || true\n```\n'
    const findings = await examine(text, { path: bin })
    expect(findings['program-podman']).toMatchObject({ ok: false, severity: 'warning', message: 'podman is not on this machine; a, b will play the recording' })
    expect(findings['program-jq']).toMatchObject({ message: 'jq is not on this machine; b will play the recording' })
    expect((await examine('# A\n\n```sh {run id=a}\necho\n```\n', { path: bin })).programs).toMatchObject({ ok: true })
  })

  it('tries to make what the deck makes, with an image that is there', async () => {
    const tried: (string | undefined)[] = []
    const tryOut = async (image?: string): Promise<string | undefined> => {
      tried.push(image)
      return image ? undefined : 'it cannot make a network: no chain'
    }
    expect((await examine(CONTAINER, { tryOut }))['tried-docker']).toMatchObject({ ok: true, message: 'docker made a network and ran a container of nginx:1, and removed both' })
    expect((await examine(CONTAINER, { tryOut, lacks: ['nginx:1'] }))['tried-docker']).toMatchObject({ ok: false, severity: 'risk', message: 'docker answers, but it cannot make a network: no chain' })
    expect((await examine('# A\n\n```dockerfile {build id=a tag=a:1}\nFROM nginx:1\n```\n', { tryOut }))['tried-docker']).toBeUndefined()
    expect((await examine(CONTAINER, { tryOut, available: false }))['tried-docker']).toBeUndefined()
    expect(tried).toEqual(['nginx:1', undefined])
  })

  it('sees the talk at risk where a step has neither an engine nor a recording', async () => {
    const { recordings, 'engine-docker': engine } = await examine(CONTAINER, { available: false })
    expect(recordings).toMatchObject({ ok: false, severity: 'risk', message: expect.stringContaining('web'), fix: expect.stringContaining('deck.md --only web') })
    expect(engine).toMatchObject({ ok: false, severity: 'warning', message: expect.stringContaining('no engine answers'), fix: 'Start it.' })
  })

  it('warns where an engine is at hand, but nothing to fall back on', async () => {
    expect((await examine(CONTAINER)).recordings).toMatchObject({ ok: false, severity: 'warning' })
  })

  it('names the fonts that nobody has', async () => {
    // Whether the machine can be asked for its own is up to the machine.
    expect((await examine('---\nfonts: { sans: No Such Font, mono: M PLUS 1 Code, provider: none }\n---\n\n# A\n')).fonts!.message).toContain('No Such Font')
    expect((await checkFonts(['M PLUS 1 Code', 'Installed'], ROOT, async () => new Set(['installed'])))[0]).toMatchObject({ ok: true })
    expect((await checkFonts(['M PLUS 1 Code', 'Nowhere'], ROOT, async () => new Set()))[0]).toMatchObject({ ok: false, message: 'Not on this machine: the font Nowhere; another stands in' })
    expect((await checkFonts(['Nowhere'], ROOT, async () => undefined))[0]).toMatchObject({ ok: true })
    expect((await examine('---\nfonts: { sans: Lobster }\n---\n\n# A\n')).fonts).toBeUndefined()
  })

  it('misses no image that the deck makes', async () => {
    const made = '# A\n\n```sh {run id=a}\ndocker tag base:1 shop:1\ntar -c . | docker import - shop:2\ndocker build -t shop:3 .\ndocker commit web shop:4\ndocker run shop:4\ndocker image tag shop:3 shop:5\n```\n'
    expect((await examine(made, { lacks: ['base:1', 'shop:1', 'shop:2', 'shop:3', 'shop:4', 'shop:5'] }))['images-docker']).toMatchObject({ message: 'docker lacks base:1' })
  })

  it('names what the pages load from the internet', async () => {
    expect((await examine('---\ntheme: none\nfonts:\n  sans: Lobster\n---\n\n# A\n\n![a](https://example.org/a.png)\n')).pages).toMatchObject({ ok: false, severity: 'warning', message: expect.stringContaining('its icon, fonts (Lobster), 1 picture') as string })
    expect((await examine('---\ntheme: none\n---\n\n# A\n')).pages).toMatchObject({ ok: false, severity: 'info', message: expect.stringContaining('its icon') as string })
    expect((await examine('---\ntheme: none\nfavicon: \'\'\nfonts: { sans: Lobster, provider: none }\n---\n\n# A\n\n![a](/a.png)\n')).pages).toMatchObject({ ok: true })
  })

  it('promises nothing more of --fix once it has failed', async () => {
    expect((await examine(CONTAINER, { lacks: ['nginx:1'], nowhere: ['nginx:1'] }))['images-docker']).toMatchObject({ ok: false, severity: 'risk', fix: expect.not.stringContaining('--fix') as string })
  })

  it('names the images that an engine lacks, and gets them', async () => {
    const fetched: string[] = []
    const { 'images-docker': images } = await examine(CONTAINER, { lacks: ['nginx:1'], fetched })
    expect(images).toMatchObject({ ok: false, severity: 'risk', message: 'docker lacks nginx:1' })
    expect(fetched).toEqual(['nginx:1'])
  })

  it('does not miss an image that the deck builds itself', async () => {
    const build = '# A\n\n```dockerfile {build id=build tag=mine/app:1}\nFROM scratch\nCMD ["x"]\n```\n\n```sh {run id=use needs=build}\ndocker run --rm mine/app:1\n```\n'
    expect((await examine(build, { lacks: ['mine/app:1'] }))['images-docker']).toBeUndefined()
  })

  it('does not look for what a step pushed to a registry of its own, nor for what is no name', async () => {
    const push = '# A\n\n```sh {run id=push}\ndocker run --rm localhost:5001/app:1\ndocker run --rm "{{.Id}}"\n```\n'
    expect((await examine(push, { lacks: ['localhost:5001/app:1', '{{.Id}}'] }))['images-docker']).toBeUndefined()
  })

  it('tells steps that need the network from those that ask containers and pods', async () => {
    const ask = (id: string, url: string): string => `\`\`\`http {request id=${id}}\nGET ${url}\n\`\`\`\n\n`
    const inside = await examine(`# A\n\n${ask('a', 'http://web:8080/')}${ask('b', 'http://127.0.0.1:8080/')}${ask('c', 'http://service/web/')}`)
    expect(inside.network).toMatchObject({ ok: true })
    expect((await examine(`# A\n\n${ask('a', 'https://example.org/')}`)).network).toMatchObject({ ok: false, severity: 'info', message: expect.stringContaining('a (example.org') })
  })

  it('says what steps require that is not here, and that --fix gets what the deck brings a script for', async () => {
    const offers: Runner['offers'] = async requirement => requirement === 'vm' ? 'there is no QEMU' : undefined
    const text = '# A\n\n```sh {run id=boot requires=vm}\ntrue\n```\n\n```sh {run id=cut requires=policy}\ntrue\n```\n'
    const finding = { ok: false, severity: 'warning', message: 'there is no QEMU; boot will play the recording' }
    expect((await examine(text, { offers }))['requires-vm']).toStrictEqual({ id: 'requires-vm', ...finding })
    await mkdir(join(dir, 'demo/vm'), { recursive: true })
    await writeFile(join(dir, 'demo/vm/fetch.sh'), '')
    const found = await examine(text, { offers })
    expect(found['requires-vm']).toMatchObject({ ...finding, fix: 'kamishibai doctor --fix gets what is missing.' })
    expect(found).not.toHaveProperty('requires-policy')
    expect(await examine(text, { offers: async () => true })).not.toHaveProperty('requires-vm')
  })

  it('tells the mistakes of the deck', async () => {
    expect((await examine('# A\n\n```sh {run id=a timout=1s}\ntrue\n```\n')).deck).toMatchObject({ ok: false, severity: 'risk', message: expect.stringContaining('deck.md:3') })
  })

  it('counts what there is one of', async () => {
    const one = '# A\n\n```sh {run id=hello}\ntrue\n```\n'
    expect((await examine(one)).deck!.message).toBe('deck: 1 slide, 1 step, no mistake')
    const deck = await parseDeck(join(dir, 'deck.md'))
    expect((await examine('# A\n\n```sh {run id=a timout=1s}\ntrue\n```\n')).deck!.message).toMatch(/^1 mistake in the deck, at deck\.md:3: /)
    const none = { missing: [], stale: [], damaged: [], latest: 0 }
    expect(checkRecordings(deck, none, () => true).message).toBe('its step has a fresh recording')
  })

  it('sees recordings that are stale or damaged', async () => {
    const step = '# A\n\n```sh {run id=hello}\ntrue\n```\n'
    await mkdir(join(dir, 'recordings/deck'), { recursive: true })
    for (const file of ['hello.cast', 'hello.events.jsonl'])
      await cp(join(ROOT, 'slides/recordings/tour', file), join(dir, 'recordings/deck', file))
    expect((await examine(step)).recordings).toMatchObject({ ok: false, severity: 'warning', message: expect.stringContaining('Recorded before') })
    await writeFile(join(dir, 'recordings/deck/hello.cast'), 'nonsense')
    expect((await examine(step)).recordings).toMatchObject({ ok: false, message: expect.stringContaining('hello') })
  })

  it('finds that somebody listens on a port that a step wants', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    expect(await checkPorts([{ step: 'web', port: `${port}:80` }])).toMatchObject({ ok: false, severity: 'risk', message: expect.stringContaining(`${port} (web)`) })
    server.close()
    await once(server, 'close')
    expect(await checkPorts([{ step: 'web', port: `127.0.0.1:${port}:80/tcp` }])).toMatchObject({ ok: true })
  })

  it('looks at the battery', async () => {
    const supply = async (name: string, files: Record<string, string>): Promise<void> => {
      await mkdir(join(dir, name), { recursive: true })
      for (const [file, text] of Object.entries(files))
        await writeFile(join(dir, name, file), `${text}\n`)
    }
    expect(checkPower(dir)).toEqual([])
    await supply('BAT0', { type: 'Battery', capacity: '31' })
    expect(checkPower(dir)).toMatchObject([{ ok: false, severity: 'warning', message: 'on battery, 31 %' }])
    await supply('AC', { type: 'Mains', online: '1' })
    expect(checkPower(dir)).toMatchObject([{ ok: true }])
  })

  it('doubts a clock behind the newest recording, and little memory', () => {
    expect(checkClock(2000, 1000)).toMatchObject({ ok: false, severity: 'warning' })
    expect(checkClock(1000, 2000)).toMatchObject({ ok: true })
    expect(checkMemory(1024)).toMatchObject({ ok: false, severity: 'warning' })
  })

  it('shows the worst first', () => {
    const finding = (id: string, ok: boolean, severity: Finding['severity']): Finding => ({ id, ok, severity, message: id })
    const findings = [finding('fine', true, 'info'), finding('note', false, 'info'), finding('risk', false, 'risk'), finding('warning', false, 'warning')]
    expect(worstFirst(findings).map(({ id }) => id)).toEqual(['risk', 'warning', 'note', 'fine'])
  })
})
