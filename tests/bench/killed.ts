import type { ChildProcess } from 'node:child_process'
import type { Row } from './_row.ts'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import { toDockerOptions } from '../../runners/docker/endpoint.ts'
import { LABELS } from '../../runners/protocol/runner.ts'
import { startWatchdog } from '../../runners/service/sweep/watchdog.ts'
import { ROOT, writeDeck } from './_deck.ts'
import { median } from './_row.ts'
import { IMAGE } from './_session.ts'

const CONTAINERS = 10
const NETWORKS = ['front', 'back']
const STARTS = 10
const PAUSE = 20

/** What SIGKILL of the service leaves to its watchdog, and what the watchdog costs where nothing happens. */
export const killed: Row = {
  id: 'killed',
  what: 'nothing left after SIGKILL, 10 containers and 2 networks',
  needs: ['docker'],
  async run({ dir, dockerHost, progress }) {
    const fences = Array.from({ length: CONTAINERS }, (_, n) => `\`\`\`yaml {container id=c${n} until=settled=100ms}\nimage: ${IMAGE}\nnetworks: [${NETWORKS[n % 2]}]\n\`\`\``)
    const deck = await writeDeck(join(dir, 'killed'), `# Killed\n\n${fences.join('\n\n')}\n\n\`\`\`sh {run id=last timeout=600s}\nsleep 1000\n\`\`\``)
    const tmp = join(dir, 'tmp')
    await mkdir(tmp, { recursive: true })
    const docker = new Docker(toDockerOptions({ url: dockerHost! }))
    const service = spawn(process.execPath, [join(ROOT, 'runners/cli/bin.mjs'), 'check', deck, '--mode', 'live', '--trust'], { env: { ...process.env, DOCKER_HOST: dockerHost, TMPDIR: tmp }, stdio: ['ignore', 'pipe', 'inherit'] })
    await untilRunning(service, progress)
    service.kill('SIGKILL')
    const began = performance.now()
    while (await countLeft(docker, deck) || (await readdir(tmp)).some(name => name.startsWith('kamishibai-')))
      await delay(PAUSE)
    const value = performance.now() - began
    return [
      { what: killed.what, budget: 5000, value, unit: 'ms' },
      { what: 'start of a session: its watchdog', value: startCost(tmp), unit: 'ms' },
    ]
  },
}

async function untilRunning(service: ChildProcess, progress: (text: string) => void): Promise<void> {
  let output = ''
  const done = Promise.withResolvers<void>()
  service.stdout!.setEncoding('utf8').on('data', (data: string) => {
    output += data
    const ready = output.match(/✓ c\d/g)?.length ?? 0
    progress(`${ready} containers run`)
    if (ready === CONTAINERS)
      done.resolve()
  })
  const ended = once(service, 'exit').then(() => {
    throw new Error(`the deck ended too early: ${output}`)
  })
  await Promise.race([done.promise, ended])
  ended.catch(() => {})
}

async function countLeft(docker: Docker, deck: string): Promise<number> {
  const filters = JSON.stringify({ label: [`${LABELS.deck}=${createHash('sha256').update(deck).digest('hex').slice(0, 12)}`] }) as never
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ])
  return containers.length + networks.length
}

function startCost(tmp: string): number {
  return median(Array.from({ length: STARTS }, () => {
    const began = performance.now()
    const { release } = startWatchdog({ session: '00000000', privateDir: join(tmp, 'none'), env: process.env })
    const cost = performance.now() - began
    release()
    return cost
  }))
}
