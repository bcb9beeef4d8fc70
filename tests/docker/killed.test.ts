import type Docker from 'dockerode'
import { readdirSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { deckOf, kamishibai } from '../_present.ts'
import { leftOfDeck, ownTmp, programsOf } from './_left.ts'
import { engineAt } from './_runners.ts'

const dockerHost = inject('dockerHost')!

const IMAGE = 'kamishibai/demo:1'
const KILLS = 20
const AT_ONCE = 5
/** How long a run may take before it is killed, in ms: most decks are through by then. */
const LONGEST = 5000
const LIMIT = 5000

/** The user's own, with names like the sessions' and one of their labels. */
const OWN = 'kbt-killed-own'

/** A deck that leaves one of everything behind. */
function steps(n: number): string {
  return `
\`\`\`sh {run id=daemon shell=a}
(trap "" HUP INT TERM; exec sleep 41112) &
setsid sh -c 'while :; do sleep 0.1; done' & sleep 0.1
\`\`\`

\`\`\`sh {run id=detached shell=b}
docker run -d kamishibai/demo:1 sleep 1000
docker tag kamishibai/demo:1 kbt-killed-${n}:1
docker volume create kbt-killed-shell-${n}
\`\`\`

\`\`\`yaml {container id=web until=match=/up/}
image: kamishibai/demo:1
command: sh -c 'echo up; exec sleep 1000'
networks: [kbt-killed-${n}]
volumes: ["kbt-killed-${n}:/data"]
\`\`\`

\`\`\`dockerfile {build id=built tag=kbt-killed-built-${n}:1}
FROM kamishibai/demo:1
RUN sleep 0.2
\`\`\`

\`\`\`sh {run id=foreground shell=c timeout=60s}
docker run --rm kamishibai/demo:1 sleep 1000
\`\`\`
`
}

describe.skipIf(!dockerHost || process.platform !== 'linux')('after SIGKILL', () => {
  let docker: Docker
  const took: number[] = []
  /** How many things were there at each kill. */
  const met: number[] = []
  beforeAll(async () => {
    docker = engineAt(dockerHost)
    await buildDemoImage(docker, { log: () => {} })
    await docker.createNetwork({ Name: OWN })
    await docker.createVolume({ Name: OWN })
    await docker.getImage(IMAGE).tag({ repo: OWN, tag: '1' })
    const container = await docker.createContainer({ name: OWN, Image: IMAGE, Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: OWN, Binds: [`${OWN}:/data`] } })
    await container.start()
  })
  afterAll(async () => {
    await docker.getContainer(OWN).remove({ force: true })
    await docker.getNetwork(OWN).remove()
    await docker.getVolume(OWN).remove()
    await docker.getImage(`${OWN}:1`).remove()
  })

  it(`at ${KILLS} random moments of a run, nothing of it is left within 5 s, and the user's own is`, async () => {
    let next = 0
    const work = async (): Promise<void> => {
      while (next < KILLS)
        await killOne(next++)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    took.sort((a, b) => a - b)
    console.log(`things at the kill: ${met.join(' ')}`)
    console.log(`nothing left after: median ${took[KILLS / 2]!.toFixed(0)} ms, longest ${took.at(-1)!.toFixed(0)} ms`)
    expect(took.at(-1)).toBeLessThan(LIMIT)
    expect((await docker.getContainer(OWN).inspect()).State.Running).toBe(true)
    expect((await docker.getImage(`${OWN}:1`).inspect()).Id).toBe((await docker.getImage(IMAGE).inspect()).Id)
    await docker.getNetwork(OWN).inspect()
    await docker.getVolume(OWN).inspect()
    const { Volumes } = await docker.listVolumes()
    expect(Volumes.map(({ Name }) => Name).filter(name => name.includes('kbt-killed-') && name !== OWN)).toEqual([])
    const tags = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])
    expect(tags.filter(tag => tag.startsWith('kbt-killed-') && !tag.startsWith(OWN))).toEqual([])
  }, 300_000)

  /** Runs the deck, kills it at a random moment, and notes how long it took until nothing was left, in ms. */
  async function killOne(n: number): Promise<void> {
    const moment = Math.random() * LONGEST
    const deck = await deckOf(steps(n))
    const tmp = await ownTmp()
    const command = kamishibai(['check', deck, '--mode', 'live', '--trust'], { env: { DOCKER_HOST: dockerHost, TMPDIR: tmp } })
    // Every fifth while it starts; the others while steps run.
    if (n % 5) {
      await expect
        .poll(() => readdirSync(tmp), { timeout: 60_000, interval: 50, message: command.output() })
        .not.toEqual([])
    }
    await delay(moment)
    met.push((await leftOfDeck(docker, deck, tmp)).length)
    command.signal('SIGKILL')
    expect(await command.ended).toBe('SIGKILL')
    const killed = performance.now()
    await expect.poll(() => leftOfDeck(docker, deck, tmp), { timeout: 20_000, interval: 100, message: `killed after ${moment.toFixed(0)} ms` }).toEqual([])
    took.push(performance.now() - killed)
    await expect.poll(() => programsOf(tmp), { timeout: 20_000, interval: 100, message: 'its watchdog' }).toEqual([])
  }
})
