import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { listenerAt } from '../../../../runners/cli/process/listener.ts'
import { choosePort, portTaken } from '../../../../runners/cli/process/port.ts'
import { addressOf } from '../../../../runners/service/store/address.ts'

/** A port of this machine on which this process listens. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

async function decks(...names: string[]): Promise<{ env: Record<string, string>, files: string[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-port-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const files = names.map(name => join(dir, name))
  await Promise.all(files.map(file => writeFile(file, '')))
  return { env: { XDG_STATE_HOME: dir }, files }
}

it('gives a deck another port for once where its own is taken, and never that of another deck', async () => {
  const { env, files: [one, two] } = await decks('one.md', 'two.md')
  const { port: other } = addressOf(one!, env)!
  addressOf(two!, env)
  const port = await choosePort({ file: two! }, undefined, await takenPort(), env)
  expect(port).toBeGreaterThan(other + 1)
})

it('takes the port that is asked for, unless it is another deck\'s', async () => {
  const { env, files: [one, two] } = await decks('one.md', 'two.md')
  const { port } = addressOf(one!, env)!
  expect(await choosePort({ file: one! }, port, port, env)).toBe(port)
  await expect(choosePort({ file: two! }, port, undefined, env)).rejects.toMatchObject({
    code: 'port-taken',
    message: expect.stringContaining(one!),
  })
  expect(await choosePort({ file: two! }, 8123, undefined, env)).toBe(8123)
})

it('says who has a port', async () => {
  const port = await takenPort()
  expect((await portTaken(port)).message).toMatch(new RegExp(`^the port ${port} is taken by .+ \\(pid ${process.pid}\\)$`))
  expect(await listenerAt(1)).toBeUndefined()
})
