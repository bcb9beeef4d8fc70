import type Docker from 'dockerode'
import type { Command } from './_present.ts'
import process from 'node:process'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { leftOfDeck, ownTmp } from './_left.ts'
import { deckOf, drive, kamishibai } from './_present.ts'
import { engineAt } from './_runners.ts'

const dockerHost = inject('dockerHost')!

const STEPS = `
\`\`\`sh {run id=daemon}
docker run -d --name kbt-accidents kamishibai/demo:1 sleep 1000
\`\`\`

\`\`\`sh {run id=look}
docker inspect -f {{.State.Status}} kbt-accidents
\`\`\`
`

describe.skipIf(!dockerHost)('an accident beside a talk', () => {
  let docker: Docker
  beforeAll(async () => {
    docker = engineAt(dockerHost)
    await buildDemoImage(docker, { log: () => {} })
  })

  let port = 20_000 + process.pid % 9000

  async function present(deck: string, tmp: string): Promise<Command> {
    return kamishibai(['present', deck, '--trust', '--no-open', '--port', String(port++)], { env: { DOCKER_HOST: dockerHost, TMPDIR: tmp } })
  }

  it('a second terminal that presents the same deck leaves the first one\'s containers alone, from its start to its end', async () => {
    const deck = await deckOf(STEPS)
    const tmp = await ownTmp()
    const first = await present(deck, tmp)
    const talk = await drive(first)
    await talk.run('daemon', 'exited')
    const second = await present(deck, await ownTmp())
    await drive(second)
    second.signal('SIGINT')
    expect(await second.ended).toBe(130)
    expect(await talk.run('look', 'exited', 'failed')).toBe('exited')
    first.signal('SIGTERM')
    expect(await first.ended).toBe(143)
    expect(await leftOfDeck(docker, deck, tmp)).toEqual([])
  })

  it('a process that was stopped, as when a lid is closed, goes on where it was', async () => {
    const deck = await deckOf(STEPS)
    const tmp = await ownTmp()
    const command = await present(deck, tmp)
    const talk = await drive(command)
    await talk.run('daemon', 'exited')
    command.signal('SIGSTOP')
    // Nothing is answered while it is stopped; the request waits.
    const answered = talk.run('look', 'exited', 'failed')
    const { State } = await docker.getContainer('kbt-accidents').inspect()
    expect(State.Running).toBe(true)
    command.signal('SIGCONT')
    expect(await answered).toBe('exited')
    command.signal('SIGTERM')
    expect(await command.ended).toBe(143)
    expect(await leftOfDeck(docker, deck, tmp)).toEqual([])
  })
})
