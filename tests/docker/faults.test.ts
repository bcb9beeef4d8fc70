import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import process from 'node:process'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { toDockerOptions } from '../../runners/docker/endpoint.ts'
import { formatRecording } from '../../runners/protocol/format-recording.ts'
import { parseRecording } from '../../runners/protocol/parse-recording.ts'
import { screenAt, screenText } from '../../runners/protocol/screen.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { openService } from './_service.ts'

const host = inject('dockerHost')!

const DECK = `---
kamishibai:
  limits: { outputMiB: 16 }
---

# Faults

\`\`\`yaml {container id=flood timeout=100s}
image: kamishibai/demo:1
command: sh -c 'yes 0123456789012345678901234567890 | head -c 1073741824'
\`\`\`

\`\`\`sh {run id=flood-shell timeout=100s}
yes 0123456789012345678901234567890 | head -c 1073741824
\`\`\`

\`\`\`yaml {container id=box until=match=/up/}
image: kamishibai/demo:1
command: sh -c 'echo up; exec sleep 1000'
\`\`\`

\`\`\`sh {exec id=flood-exec in=box needs=box timeout=100s}
yes 0123456789012345678901234567890 | head -c 1073741824
\`\`\`

\`\`\`yaml {container id=binary}
image: kamishibai/demo:1
command: sh -c 'head -c 1000000 /dev/urandom; printf "\\\\033c"; echo the end'
\`\`\`

\`\`\`sh {run id=binary-shell}
head -c 1000000 /dev/urandom; printf '\\033c'; echo the end
\`\`\`

\`\`\`sh {exec id=binary-exec in=box needs=box}
head -c 1000000 /dev/urandom; printf '\\033c'; echo the end
\`\`\`

\`\`\`yaml {container id=greedy}
image: kamishibai/demo:1
mem_limit: 8m
command: tail /dev/zero
\`\`\`

\`\`\`yaml {container id=shot}
image: kamishibai/demo:1
command: sh -c 'kill -TERM $$; sleep 5'
\`\`\`

\`\`\`yaml {container id=early until=match=/never/}
image: kamishibai/demo:1
command: sh -c 'exit 4'
\`\`\`

\`\`\`sh {run id=clash}
docker run -d --name kbt-clash kamishibai/demo:1 sleep 100
docker run --rm --name kbt-clash kamishibai/demo:1 true
\`\`\`

\`\`\`yaml {container id=deaf until=match=/up/}
image: kamishibai/demo:1
command: sh -c 'trap "" TERM INT HUP; echo up; while :; do sleep 1; done'
\`\`\`

\`\`\`yaml {container id=sick until=healthy@sick timeout=4s}
image: kamishibai/demo:1
healthcheck: { test: "sh -c 'echo not well; exit 1'", interval: 300ms, retries: 1 }
\`\`\`

\`\`\`yaml {container id=unchecked until=healthy@unchecked timeout=20s}
image: kamishibai/demo:1
\`\`\`
`

describe.skipIf(!host)('when things go wrong on a real engine', () => {
  let opened: Opened
  let docker: Docker
  let service: Service

  beforeAll(async () => {
    docker = new Docker(toDockerOptions({ url: host }))
    await buildDemoImage(docker, { log: () => {} })
    opened = await openService(DECK, host)
    service = opened.service
  })

  afterAll(() => opened?.close())

  const resultOf = (id: string) => service.session.start(id).moment

  it.each(['flood', 'flood-shell', 'flood-exec'])('%s of 1 GB ends with what to do, and takes no more memory than is kept', async (id) => {
    const before = process.memoryUsage().rss
    let most = 0
    const timer = setInterval(() => most = Math.max(most, process.memoryUsage().rss - before), 50)
    const run = service.session.start(id)
    const { error } = await run.moment
    clearInterval(timer)
    expect(error).toMatchObject({ code: 'output-limit', message: 'the step wrote more than 16 MiB', hint: expect.stringContaining('limits.outputMiB') })
    await run.over
    expect(run.log.state.phase).toBe('failed')
    expect(run.log.received).toBeLessThan(17 * 1024 * 1024)
    expect(most).toBeLessThan(200 * 1024 * 1024)
  })

  it.each(['binary', 'binary-shell', 'binary-exec'])('%s output harms neither screen nor recording', async (id) => {
    const run = service.session.start(id)
    await expect(run.moment).resolves.toMatchObject({ phase: 'exited' })
    expect(run.log.received).toBeGreaterThan(1_000_000)
    const recording = await run.recorded()
    const { cast, events } = formatRecording(recording)
    const again = parseRecording(cast, events)
    expect(screenText(await screenAt(again))).toBe('the end')
    expect(screenText(await screenAt(recording))).toBe('the end')
    await run.log.screen.settled()
    expect(screenText(run.log.screen.lines())).toBe('the end')
  })

  it('tells in words why a container ended', async () => {
    expect((await resultOf('greedy')).error).toMatchObject({ code: 'exit-code', message: 'it ended with exit code 137: it was killed because it ran out of memory', hint: 'Raise mem_limit on the fence, or let it take less.' })
    expect((await resultOf('shot')).error).toMatchObject({ code: 'exit-code', message: 'it ended with exit code 143: SIGTERM ended it' })
    expect((await resultOf('early')).error).toMatchObject({ code: 'exited-early', message: 'it ended with exit code 4 before match=/never/' })
  })

  it('shows the engine\'s own words where a name is taken', async () => {
    const run = service.session.start('clash')
    expect((await run.moment).error).toMatchObject({ code: 'exit-code', message: 'it ended with exit code 125' })
    expect(run.log.text()).toMatch(/Conflict\. The container name "\/kbt-clash" is already in use/)
  })

  it('removes at once what ignores SIGTERM', async () => {
    const run = service.session.start('deaf')
    await run.moment
    const before = performance.now()
    run.cancel('enough')
    await run.over
    const filters = { label: [`dev.kamishibai.session=${service.session.id}`, 'dev.kamishibai.step=deaf'] }
    await expect.poll(() => docker.listContainers({ all: true, filters }), { timeout: 3000 }).toEqual([])
    expect(performance.now() - before).toBeLessThan(3000)
  })

  it('says what a healthcheck said last, and that there is none', async () => {
    expect((await resultOf('sick')).error).toMatchObject({ code: 'timeout', message: 'it took longer than 4 s and healthy@sick did not hold (unhealthy: not well)' })
    const before = performance.now()
    expect((await resultOf('unchecked')).error).toMatchObject({ code: 'bad-condition', message: 'the container unchecked has no healthcheck' })
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})
