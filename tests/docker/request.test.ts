import type { Service } from '../../runners/service/service.ts'
import type { Opened } from '../_service.ts'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { containerOf, engineAt } from './_runners.ts'
import { openService } from './_service.ts'

const host = inject('dockerHost')!

const DECK = `# Requests

\`\`\`yaml {container id=web until=http=200@http://web:8080/ timeout=20s}
image: kamishibai/demo:1
ports: ["8080"]
\`\`\`

\`\`\`http {request id=one needs=web by=header:x-served-by}
GET http://web:8080/
\`\`\`

\`\`\`http {request id=many needs=web repeat=10 rate=50/s by=header:x-served-by}
GET web:8080/
\`\`\`

\`\`\`http {request id=gone needs=web}
GET http://web:8080/gone
\`\`\`

\`\`\`http {request id=wanted needs=web expect=status=404}
GET http://web:8080/gone
\`\`\`

\`\`\`http {request id=closed needs=web}
GET http://web:9090/
\`\`\`

\`\`\`yaml {container id=sick until=healthy@sick timeout=20s}
image: kamishibai/demo:1
healthcheck:
  test: test -e /well
  retries: 1
\`\`\`

\`\`\`yaml {container id=well until=healthy@well timeout=20s}
image: kamishibai/demo:1
healthcheck: { test: "wget -q -O /dev/null http://127.0.0.1:8080/" }
\`\`\`
`

describe.skipIf(!host)('an {request} step to a container of the session', () => {
  let opened: Opened
  let service: Service
  const text = (id: string): string => stripVTControlCharacters(service.session.runOf(id)!.log.text())

  beforeAll(async () => {
    await buildDemoImage(engineAt(host), { log: () => {} })
    opened = await openService(DECK, host)
    service = opened.service
  })

  afterAll(() => opened?.close())

  it('shows who answered', async () => {
    await expect(service.session.start('one').moment).resolves.toMatchObject({ phase: 'exited', expectations: [{ text: 'status<400', ok: true }] })
    expect(text('one')).toMatch(/^#1 {2}200 OK {2}\d+ ms {2}web\r\nhost {5}web\r\naddress {2}[\d.]+\r\nversion {2}1\r\n$/)
    expect(service.session.runOf('one')!.log.state.responses).toMatchObject([{ n: 1, status: 200, by: 'web' }])
  })

  it('asks as often as it should', async () => {
    await expect(service.session.start('many').moment).resolves.toMatchObject({ phase: 'exited' })
    expect(text('many')).toContain('10 × web')
  })

  it('fails when the answer is none that is expected', async () => {
    await expect(service.session.start('gone').moment).resolves.toMatchObject({ phase: 'failed', error: { message: 'status<400 does not hold: 404' } })
    await expect(service.session.start('wanted').moment).resolves.toMatchObject({ phase: 'exited' })
  })

  it('says that a port is not published, and that the container does not run', async () => {
    await expect(service.session.start('closed').moment).resolves.toMatchObject({ error: { message: 'web does not publish its port 9090', hint: 'Publish it on its fence: ports: ["9090"].' } })
    await (await containerOf(engineAt(host), service.session.id, 'web')).stop({ t: 1 })
    await expect.poll(() => service.session.runOf('web')!.log.state.phase).toBe('exited')
    await expect(service.session.start('one').moment).resolves.toMatchObject({ error: { message: 'the container web does not run' } })
  })

  it('waits for health, and tells that it does not come', async () => {
    await expect(service.session.start('well').moment).resolves.toMatchObject({ phase: 'ready' })
    await expect(service.session.start('sick').moment).resolves.toMatchObject({ phase: 'failed', error: { code: 'timeout' } })
  })
})
