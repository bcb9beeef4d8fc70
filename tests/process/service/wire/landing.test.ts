import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { openBrowser } from '../../../../runners/cli/process/desktop.ts'
import { guardServer } from '../../../../runners/service/wire/gate.ts'
import { LANDING_PATH } from '../../../../runners/service/wire/landing.ts'
import { exchange, rawRequest, statusOf } from '../../../_raw-http.ts'

it('gives the browser the address without a program of the machine seeing the token in its arguments', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-open-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const seen = join(dir, 'arguments')
  await openBrowser('http://127.0.0.1:3030/#t=the-token', dir, [process.execPath, '-e', `require('fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.argv))`])
  await expect.poll(() => readFile(seen, 'utf8').catch(() => ''), { timeout: 10_000 }).toContain('open.html')
  await expect(readFile(seen, 'utf8')).resolves.not.toContain('the-token')
  const [file] = (JSON.parse(await readFile(seen, 'utf8')) as string[]).slice(-1)
  expect((await stat(file!)).mode & 0o777).toBe(0o600)
  await expect(readFile(file!, 'utf8')).resolves.toContain(`url=http://127.0.0.1:3030${LANDING_PATH}#t=the-token`)
})

it('lets a link of another site lead to the landing page, which holds no secret, and nowhere else', async () => {
  const server = createServer((_, response) => response.end('deck'))
  guardServer(server, () => (server.address() as AddressInfo).port, { token: 'the-token' })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const ask = (line: string, headers: Record<string, string> = {}): Promise<string> =>
    exchange(port, rawRequest(line, { 'Host': `127.0.0.1:${port}`, 'Sec-Fetch-Site': 'cross-site', ...headers }))
  const landing = await ask(`GET ${LANDING_PATH}`)
  expect(statusOf(landing)).toBe(200)
  expect(landing).toMatch(/cross-origin-opener-policy: same-origin/i)
  expect(landing).toMatch(/frame-ancestors 'self'/i)
  expect(landing).not.toMatch(/deck<|the-token/)
  for (const line of ['GET /', `GET ${LANDING_PATH}/`, `GET ${LANDING_PATH}?x`, `GET ${LANDING_PATH}/../..`, `POST ${LANDING_PATH}`])
    expect([line, statusOf(await ask(line))]).toEqual([line, 403])
  expect(statusOf(await ask(`GET ${LANDING_PATH}`, { Host: `evil.example:${port}` }))).toBe(403)
})
