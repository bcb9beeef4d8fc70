import type Docker from 'dockerode'
import type { Socket } from 'node:net'
import type { Command } from '../_present.ts'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { startWatchdog } from '../../runners/service/sweep/watchdog.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { deckOf, kamishibai } from '../_present.ts'
import { leftOfDeck, ownTmp, programsOf } from './_left.ts'
import { engineAt } from './_runners.ts'

const dockerHost = inject('dockerHost')!
const SOCKET = dockerHost?.replace('unix://', '')

/** A way to the engine that can be cut: then it takes connections, and drops them. */
async function wayTo(path: string): Promise<{ host: string, cut: (is: boolean) => void, dropped: () => number }> {
  let isCut = false
  let dropped = 0
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => client.destroy())
    if (isCut) {
      dropped++
      return void client.destroy()
    }
    const engine = createConnection({ path, allowHalfOpen: true })
    open.add(client).add(engine)
    engine.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('close', () => engine.destroy())
    client.pipe(engine).pipe(client)
  })
  const socket = join(await ownTmp(), 'engine.sock')
  server.listen(socket)
  await once(server, 'listening')
  onTestFinished(() => {
    open.forEach(connection => connection.destroy())
    server.close()
  })
  return {
    host: `unix://${socket}`,
    cut(is) {
      isCut = is
      if (is)
        open.forEach(connection => connection.destroy())
    },
    dropped: () => dropped,
  }
}

describe.skipIf(process.platform !== 'linux')('the watchdog of a session', () => {
  it('costs a few milliseconds at the start and a megabyte while it waits, and ends with an orderly stop', async () => {
    const tmp = await ownTmp()
    const privateDir = join(tmp, 'kamishibai-11111111')
    mkdirSync(privateDir)
    const start = (): ReturnType<typeof startWatchdog> => startWatchdog({ session: '11111111', privateDir, env: { ...process.env, TMPDIR: tmp } })
    const costs: number[] = []
    for (let i = 0; i < 5; i++) {
      const before = performance.now()
      const { release } = start()
      costs.push(performance.now() - before)
      release()
    }
    costs.sort((a, b) => a - b)
    await expect.poll(() => programsOf(tmp), { timeout: 10_000 }).toEqual([])
    const { pid, release } = start()
    await expect.poll(() => programsOf(tmp).map(({ args }) => args)).toEqual([expect.stringMatching(/^\/bin\/sh .*watchdog-entry/)])
    const status = (): string => readFileSync(`/proc/${pid}/status`, 'utf8')
    await expect.poll(() => /State:\s+(\w)/.exec(status())![1]).toBe('S')
    const kB = Number(/VmRSS:\s+(\d+)/.exec(status())![1])
    console.log(`the watchdog starts in ${costs[2]!.toFixed(1)} ms and takes ${kB} kB`)
    expect(costs[2]).toBeLessThan(50)
    expect(kB).toBeLessThan(5000)
    release()
    await expect.poll(() => programsOf(tmp), { timeout: 10_000 }).toEqual([])
  })

  it('is reached by no signal of a terminal, and leaves that of another session alone', async () => {
    const tmp = await ownTmp()
    const { pid, release } = startWatchdog({ session: '22222222', privateDir: join(tmp, 'kamishibai-22222222'), env: { ...process.env, TMPDIR: tmp, KAMISHIBAI_STATE: '/nowhere/shell-61' } })
    await expect.poll(() => programsOf(tmp)).toHaveLength(1)
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const)
      process.kill(pid!, signal)
    const [, , , , , session] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
    expect(Number(session)).toBe(pid)
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('KAMISHIBAI_STATE')
    expect(programsOf(tmp)).toHaveLength(1)
    release()
    await expect.poll(() => programsOf(tmp), { timeout: 10_000 }).toEqual([])
  })
})

describe.skipIf(!dockerHost?.startsWith('unix:') || process.platform !== 'linux')('where the engine is away at the end, the watchdog', () => {
  let docker: Docker
  beforeAll(async () => {
    docker = engineAt(dockerHost)
    await buildDemoImage(docker, { log: () => {} })
  })

  async function checking(): Promise<{
    way: Awaited<ReturnType<typeof wayTo>>
    command: Command
    left: () => Promise<string[]>
    tmp: string
  }> {
    const way = await wayTo(SOCKET)
    const tmp = await ownTmp()
    const deck = await deckOf(
      '```sh {run id=detached}\ndocker run -d kamishibai/demo:1 sleep 1000\n```\n\n```sh {run id=long timeout=60s}\nsleep 1000\n```\n',
    )
    const command = kamishibai(['check', deck, '--mode', 'live', '--trust'], {
      env: { DOCKER_HOST: way.host, TMPDIR: tmp },
    })
    await command.shown(/✓ detached/)
    return { way, command, left: () => leftOfDeck(docker, deck, tmp), tmp }
  }

  it('of a killed session waits until it is back, then removes what is there, and ends', async () => {
    const { way, command, left, tmp } = await checking()
    way.cut(true)
    command.signal('SIGKILL')
    await expect.poll(way.dropped, { timeout: 20_000 }).toBeGreaterThan(3)
    expect(await left()).toEqual([expect.stringMatching(/^container/), expect.stringMatching(/^file kamishibai-/)])
    way.cut(false)
    await expect.poll(left, { timeout: 20_000 }).toEqual([])
    await expect.poll(() => programsOf(tmp), { timeout: 20_000 }).toEqual([])
  })

  it('of a session that ended takes over, and the command says so', async () => {
    const { way, command, left, tmp } = await checking()
    way.cut(true)
    command.signal('SIGTERM')
    expect(await command.ended).toBe(143)
    expect(command.output()).toContain('Not everything that the session created could be removed. A watchdog goes on trying')
    expect(await left()).toEqual([expect.stringMatching(/^container/), expect.stringMatching(/^file kamishibai-/)])
    way.cut(false)
    await expect.poll(left, { timeout: 20_000 }).toEqual([])
    await expect.poll(() => programsOf(tmp), { timeout: 20_000 }).toEqual([])
  })
})
