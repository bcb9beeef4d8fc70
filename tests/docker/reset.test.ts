import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { LABELS } from '../../runners/protocol/runner.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { engineAt } from './_runners.ts'
import { openService } from './_service.ts'

const host = inject('dockerHost')!

const DECK = `# One

\`\`\`yaml {container id=web until=http=200@http://web:8080/ timeout=20s}
image: kamishibai/demo:1
ports: ["8080"]
\`\`\`

\`\`\`sh {run id=more needs=web expect="match=/^none/m" timeout=20s}
echo "\${MARK:-none}"; MARK=set
docker network create more && docker volume create more
docker run -d --name more --network more -v more:/data kamishibai/demo:1
\`\`\`

---

# Two

\`\`\`sh {run id=fails needs=more expect=exit=125}
docker run --name more kamishibai/demo:1
\`\`\`

\`\`\`http {request id=ask needs=web}
GET http://web:8080/
\`\`\`
`

describe.skipIf(!host)('a reset on a real engine', () => {
  let opened: Opened
  let service: Service

  beforeAll(async () => {
    await buildDemoImage(engineAt(host), { log: () => {} })
    opened = await openService(DECK, host)
    service = opened.service
  })
  afterAll(() => opened?.close())

  /** Runs the deck from first to last step; how each stood at its moment. */
  async function verdicts(): Promise<string[]> {
    const told: string[] = []
    for (const { id } of service.session.deck.steps) {
      const { phase, expectations, error } = await service.session.start(id).moment
      told.push([id, phase, ...expectations.map(({ text, ok }) => `${text} ${ok}`), error?.message ?? ''].join(' ').trim())
    }
    return told
  }

  /** What the session has on the engine, that one step has made or all. */
  async function made(step?: string): Promise<string[]> {
    const docker = engineAt(host)
    const filters = JSON.stringify({ label: [`${LABELS.session}=${service.session.id}`, ...step ? [`${LABELS.step}=${step}`] : []] }) as never
    const [containers, networks, { Volumes }] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters }),
    ])
    return [...containers.map(() => 'container'), ...networks.map(() => 'network'), ...(Volumes ?? []).map(() => 'volume')]
  }

  it('of the talk leaves nothing, shells included, and the talk runs again with the same verdict', async () => {
    const first = await verdicts()
    expect(first).toEqual(['web ready', 'more exited exit=0 true match=/^none/m true', 'fails exited exit=125 true', 'ask exited status<400 true'].map(start => expect.stringContaining(start) as string))
    expect((await made('more')).sort()).toEqual(['container', 'network', 'volume'])
    await service.session.reset()
    expect(await made()).toEqual([])
    expect(await verdicts()).toEqual(first)
    await service.session.reset()
    await service.session.reset()
    expect(await made()).toEqual([])
  })

  it('of a step removes what it made, and nothing else', async () => {
    await verdicts()
    await service.session.reset(['more'])
    expect(await made('more')).toEqual([])
    expect(await made('web')).toContain('container')
    expect(service.session.runOf('more')).toBeUndefined()
    expect(service.session.runOf('web')!.log.state.phase).toBe('ready')
  })
})
