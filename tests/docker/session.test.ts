import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { toDockerOptions } from '../../runners/docker/endpoint.ts'
import { foldRun } from '../../runners/protocol/fold.ts'
import { screenAt, screenText } from '../../runners/protocol/screen.ts'
import { openService } from './_service.ts'

const host = inject('dockerHost')
const docker = host ? new Docker(toDockerOptions({ url: host })) : undefined

const DECK = `---
title: Test
---

# Slide

\`\`\`sh {run id=carry}
cd /usr && export WORD="two words"; exit 0
\`\`\`

\`\`\`bash {run id=carried needs=carry}
echo "$WORD in $(pwd)"
\`\`\`

\`\`\`sh {run id=stops expect=exit=3}
echo before; exit 3; echo after
\`\`\`

\`\`\`yaml {container id=prints}
image: kamishibai/demo:1
command: sh -c 'echo from a container; hostname'
\`\`\`

\`\`\`yaml {container id=web until=http=200@http://127.0.0.1:18480/ timeout=20s}
image: kamishibai/demo:1
ports: ["18480:8080"]
\`\`\`

\`\`\`yaml {container id=taken until=http=200@http://127.0.0.1:18481/ timeout=20s}
image: kamishibai/demo:1
ports: ["18481:8080"]
\`\`\`

\`\`\`sh {run id=cli}
docker run -d --name from-cli kamishibai/demo:1
docker exec from-cli echo inside
echo piped | docker run --rm -i kamishibai/demo:1 cat
\`\`\`

\`\`\`yaml {container id=missing}
image: no-such-image:9
\`\`\`

\`\`\`sh {run id=big}
head -c 20000000 /dev/zero | tr '\\0' x
\`\`\`

\`\`\`sh {run id=sleeps}
sleep 600
\`\`\`
`

describe.skipIf(!docker)('on a real engine', () => {
  let opened: Opened
  let service: Service
  const text = (id: string): string => service.session.runOf(id)!.log.text()

  beforeAll(async () => {
    opened = await openService(DECK, host!)
    service = opened.service
  })

  afterAll(() => opened?.close())

  const left = async (): Promise<unknown[]> =>
    docker!.listContainers({ all: true, filters: { label: [`dev.kamishibai.session=${service.session.id}`] } })

  it('carries environment and directory over to the next block of the shell', async () => {
    await expect(service.session.start('carried').moment).resolves.toMatchObject({ phase: 'exited' })
    expect(text('carried')).toBe('two words in /usr\r\n')
  })

  it('ends the block, not the shell, at exit', async () => {
    await expect(service.session.start('stops').moment).resolves.toMatchObject({ phase: 'exited' })
    expect(text('stops')).toBe('before\r\n')
  })

  it('runs a container, and its recording folds to the same state and screen', async () => {
    const run = service.session.start('prints')
    await expect(run.moment).resolves.toMatchObject({ phase: 'exited' })
    expect(text('prints')).toBe('from a container\r\nprints\r\n')
    const recording = await run.recorded()
    expect(foldRun(recording.events).phase).toBe('exited')
    expect(screenText(await screenAt(recording))).toBe('from a container\nprints')
    expect(Object.values(foldRun(recording.events).resources)).toContainEqual(expect.objectContaining({ view: expect.objectContaining({ state: 'exited', image: 'kamishibai/demo:1' }) }))
  })

  it('is ready when the web server answers, and publishes on loopback only', async () => {
    const run = service.session.start('web')
    await expect(run.moment).resolves.toMatchObject({ phase: 'ready' })
    const [container] = await docker!.listContainers({ filters: { label: ['dev.kamishibai.step=web'] } })
    expect(container!.Ports.map(port => port.IP)).toEqual(['127.0.0.1'])
  })

  it('takes no answer of a stranger for its own, and says that the port is taken', async () => {
    const stranger = createServer((_, response) => response.end()).listen(18481, '127.0.0.1')
    onTestFinished(() => void stranger.close())
    await once(stranger, 'listening')
    await expect(service.session.start('taken').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'port-taken' } })
  })

  it('labels what the real docker CLI creates in a shell', async () => {
    await expect(service.session.start('cli').moment).resolves.toMatchObject({ phase: 'exited' })
    expect(text('cli')).toContain('inside\r\npiped\r\n')
    const info = await docker!.getContainer('from-cli').inspect()
    expect(info.Config.Labels).toMatchObject({ 'dev.kamishibai.session': service.session.id, 'dev.kamishibai.step': 'cli' })
  })

  it('removes what the step left when it runs again', async () => {
    await expect(service.session.start('cli').moment).resolves.toMatchObject({ phase: 'exited' })
  })

  it('names a missing image and how to get it, and pulls nothing', async () => {
    const { error } = await service.session.start('missing').moment
    expect(error).toMatchObject({ code: 'image-missing', hint: 'Get it: docker pull no-such-image:9' })
  })

  it('loses nothing of 20 MB', async () => {
    const run = service.session.start('big')
    await run.moment
    expect(run.log.received).toBe(20_000_000)
  })

  it('ends a cancelled block with all its processes', async () => {
    const run = service.session.start('sleeps')
    await expect.poll(() => run.log.state.phase).toBe('running')
    run.cancel('enough')
    await run.over
    expect(run.log.state.phase).toBe('cancelled')
  })

  it('leaves nothing behind', async () => {
    await expect(left()).resolves.not.toEqual([])
    await service.close()
    await expect(left()).resolves.toEqual([])
  })
})
