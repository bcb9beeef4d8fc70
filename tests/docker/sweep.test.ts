import type Docker from 'dockerode'
import type { SweepReport } from '../../runners/protocol/sweep.ts'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { settingsSchema } from '../../runners/protocol/headmatter.ts'
import { LABELS } from '../../runners/protocol/runner.ts'
import { ownerId } from '../../runners/service/sweep/owner.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { deadOwner } from '../_owner.ts'
import { deckOf, kamishibai } from '../_present.ts'
import { ownTmp } from './_left.ts'
import { engineAt } from './_runners.ts'

const dockerHost = inject('dockerHost')!

/** A session's private folder as it lies there when its service was killed. */
async function leaveFolder(tmp: string, session: string, owner: string): Promise<string> {
  const folder = join(tmp, `kamishibai-${session}`)
  await mkdir(folder, { mode: 0o700 })
  await writeFile(join(folder, 'session.json'), JSON.stringify({ session, owner, deckDir: tmp, runners: ['shell', 'docker'], settings: settingsSchema.parse({}) }))
  return folder
}

/** `kamishibai sweep ARGS` with temporary files in `tmp`. */
async function sweep(
  tmp: string,
  args: string[],
  env: Record<string, string | undefined> = {},
): Promise<{ code: number | string, report: SweepReport, output: string }> {
  const command = kamishibai(['sweep', ...args], { env: { DOCKER_HOST: dockerHost, TMPDIR: tmp, ...env } })
  const code = await command.ended
  const output = command.output()
  return {
    code,
    output,
    report: args.includes('--json') ? (JSON.parse(output) as SweepReport) : { removed: [], kept: [] },
  }
}

describe.skipIf(!dockerHost)('kamishibai sweep', () => {
  let docker: Docker
  beforeAll(async () => {
    docker = engineAt(dockerHost)
    await buildDemoImage(docker, { log: () => {} })
  })

  /** A container with a network and a volume of `session`. */
  async function leave(session: string, owner: string | undefined): Promise<string> {
    const name = `kbt-sweep-${session}`
    const Labels = { [LABELS.session]: session, ...owner !== undefined && { [LABELS.owner]: owner } }
    const network = await docker.createNetwork({ Name: name, Labels })
    await docker.createVolume({ Name: name, Labels })
    const container = await docker.createContainer({ name, Image: 'kamishibai/demo:1', Cmd: ['sleep', '1000'], Labels, HostConfig: { NetworkMode: name, Binds: [`${name}:/data`] } })
    await container.start()
    onTestFinished(async () => {
      await container.remove({ force: true }).catch(() => {})
      await network.remove().catch(() => {})
      await docker.getVolume(name).remove().catch(() => {})
    })
    return name
  }

  const kindsOf = (things: { kind: string, name: string }[], name: string): string[] =>
    things
      .filter(thing => thing.name === name)
      .map(({ kind }) => kind)
      .sort()
  const ALL = ['container', 'network', 'volume']

  it('removes what dead owners left, and names all else with the reason', async () => {
    const tmp = await ownTmp()
    const owner = await deadOwner()
    const dead = await leave('deadbee1', owner)
    const folder = await leaveFolder(tmp, 'deadbee1', owner)
    const stray = spawn('sleep', ['1000'], { stdio: 'ignore', env: { KAMISHIBAI_STATE: join(folder, 'shell-61') } })
    onTestFinished(() => void stray.kill('SIGKILL'))
    const alive = await leave('a11febe1', ownerId())
    const [boot, pid, start] = ownerId().split(':')
    const foreign = await leave('f0e1917e', `${boot}:${pid}:${start}:elsewhere`)
    const [unreadable, without] = [await leave('5111e000', 'somebody'), await leave('5111e001', undefined)]

    const dry = await sweep(tmp, ['--dry-run', '--json'])
    expect(dry.code).toBe(0)
    expect(kindsOf(dry.report.removed, dead)).toEqual(ALL)
    expect((await docker.getContainer(dead).inspect()).State.Running).toBe(true)
    expect([existsSync(folder), stray.exitCode]).toEqual([true, null])

    const { code, report } = await sweep(tmp, ['--json'])
    expect(code).toBe(0)
    expect(kindsOf(report.removed, dead)).toEqual(ALL)
    expect(report.removed.find(({ name }) => name === dead)?.session).toBe('deadbee1')
    expect(report.removed.filter(({ kind, session }) => session === 'deadbee1' && !ALL.includes(kind))).toEqual([
      { kind: 'process', name: `sleep (${stray.pid})`, session: 'deadbee1' },
      { kind: 'folder', name: folder, session: 'deadbee1' },
    ])
    await expect(docker.getContainer(dead).inspect()).rejects.toMatchObject({ statusCode: 404 })
    expect(existsSync(folder)).toBe(false)
    const reasonOf = (wanted: string): string[] => [
      ...new Set(report.kept.filter(({ name }) => name === wanted).map(({ reason }) => reason)),
    ]
    for (const kept of [alive, foreign, unreadable, without])
      expect(kindsOf(report.kept, kept)).toEqual(ALL)
    expect(reasonOf(alive)).toEqual([`its session is running, process ${process.pid}`])
    expect(reasonOf(foreign)).toEqual(['its owner is a process of another machine or container'])
    expect(reasonOf(unreadable)).toEqual(['who made it cannot be told: its owner is somebody'])
    expect(reasonOf(without)).toEqual(['who made it cannot be told: it names no owner'])
    expect((await docker.getContainer(alive).inspect()).State.Running).toBe(true)
  })

  it('leaves the session of another terminal alone, and tells people so', async () => {
    const tmp = await ownTmp()
    const deck = await deckOf('```sh {run id=long timeout=60s}\ndocker run --rm --name kbt-sweep-terminal kamishibai/demo:1 sleep 1000\n```\n')
    kamishibai(['check', deck, '--mode', 'live', '--trust'], { env: { DOCKER_HOST: dockerHost, TMPDIR: tmp } })
    await expect.poll(() => docker.getContainer('kbt-sweep-terminal').inspect().then(({ State }) => State.Running, () => false), { timeout: 20_000 }).toBe(true)
    const { code, output } = await sweep(tmp, [])
    expect(code).toBe(0)
    expect(output).toMatch(/kept {2}container +kbt-sweep-terminal {2}\(its session is running, process \d+\)/)
    expect(output).toMatch(/kept {2}folder +\S+\/kamishibai-[0-9a-f]{8} {2}\(its session is running/)
    expect((await docker.getContainer('kbt-sweep-terminal').inspect()).State.Running).toBe(true)
  })

  it('takes what a killed session left when the next one starts, and says so in one line', async () => {
    const tmp = await ownTmp()
    const dead = await leave('deadbee2', await deadOwner())
    const deck = await deckOf('```sh {run id=quick}\ntrue\n```\n')
    const command = kamishibai(['check', deck, '--mode', 'live', '--trust', '--reporter', 'json'], { env: { DOCKER_HOST: dockerHost, TMPDIR: tmp } })
    expect(await command.ended).toBe(0)
    expect(command.output()).toMatch(/^Removed what an earlier session left when it was cut off: (?=.*\d container)(?=.*\d network)(?=.*\d volume).*\.$/m)
    await expect(docker.getContainer(dead).inspect()).rejects.toMatchObject({ statusCode: 404 })
  })
})

describe('kamishibai sweep without an engine', () => {
  const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }

  it('says so in a sentence', async () => {
    const { code, output } = await sweep(await ownTmp(), [], env)
    expect(output).toContain('docker: no Docker engine answers at unix:///nowhere/docker.sock')
    expect(output).toContain('What was left there, if anything, stays.')
    expect(code).toBe(0)
  })

  it('fails where a session is known to have left something there, and remembers it', async () => {
    const tmp = await ownTmp()
    const folder = await leaveFolder(tmp, 'deadbee3', await deadOwner())
    const { code, output } = await sweep(tmp, [], env)
    expect(output).toContain('Session deadbee3 may have left something there, which stays')
    expect(code).toBe(1)
    expect(existsSync(folder)).toBe(true)
  })
})
