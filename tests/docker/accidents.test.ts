import type Docker from 'dockerode'
import type { Command, Driver } from '../_present.ts'
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { deckOf, drive, kamishibai } from '../_present.ts'
import { leftOfDeck, ownTmp } from './_left.ts'
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

  interface Talk extends Driver { command: Command, left: () => Promise<string[]> }

  async function present(deck: string): Promise<Talk> {
    const tmp = await ownTmp()
    const command = kamishibai(['present', deck, '--trust', '--no-open', '--port', String(port++)], { env: { DOCKER_HOST: dockerHost, TMPDIR: tmp } })
    return { ...await drive(command), command, left: () => leftOfDeck(docker, deck, tmp) }
  }

  async function endsClean({ command, left }: Talk): Promise<void> {
    command.signal('SIGTERM')
    expect(await command.ended).toBe(143)
    expect(await left()).toEqual([])
  }

  it('a second terminal that presents the same deck leaves the first one\'s containers alone, from its start to its end', async () => {
    const deck = await deckOf(STEPS)
    const first = await present(deck)
    await first.run('daemon', 'exited')
    const second = await present(deck)
    second.command.signal('SIGINT')
    expect(await second.command.ended).toBe(130)
    expect(await first.run('look', 'exited', 'failed')).toBe('exited')
    await endsClean(first)
  })

  it('two talks that start at once take a port each', async () => {
    const deck = await deckOf(STEPS)
    const commands = [1, 2].map(() => kamishibai(['present', deck, '--mode', 'replay', '--no-open']))
    const [one, two] = await Promise.all(commands.map(drive))
    expect(one!.origin).not.toBe(two!.origin)
  })

  it('a process that was stopped, as when a lid is closed, goes on where it was', async () => {
    const talk = await present(await deckOf(STEPS))
    await talk.run('daemon', 'exited')
    talk.command.signal('SIGSTOP')
    await expect.poll(() => stateOf(talk.command.pid)).toBe('T')
    let answered = false
    const look = talk.run('look', 'exited', 'failed').finally(() => (answered = true))
    expect((await docker.getContainer('kbt-accidents').inspect()).State.Running).toBe(true)
    expect(answered).toBe(false)
    talk.command.signal('SIGCONT')
    expect(await look).toBe('exited')
    await endsClean(talk)
  })
})

/** `T` of a process that is stopped; source: proc_pid_stat(5). */
async function stateOf(pid: number): Promise<string> {
  return /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8'))![1]!
}
