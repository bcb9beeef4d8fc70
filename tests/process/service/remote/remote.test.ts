import type { Remote } from '../../../../runners/service/remote/remote.ts'
import type { Session } from '../../../../runners/service/session/session.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { getPriority } from 'node:os'
import { resolve } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { startRemote } from '../../../../runners/service/remote/remote.ts'
import { PAGE, siteOptions, watch } from '../../../_remote.ts'
import { exits, sessionOf, step } from '../../../_session.ts'
import { collectGarbage } from '../../../bench/_row.ts'

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  }
  catch {
    return false
  }
}

/** A process that serves a session's viewers, and what it tells of their number. */
async function serve(session: Session): Promise<{ remote: Remote, counts: number[] }> {
  const counts: number[] = []
  const remote = await startRemote(await siteOptions(), {
    session,
    onCount: count => counts.push(count),
    onLost: error => expect(error).toBeUndefined(),
  })
  onTestFinished(async () => void await session.close())
  onTestFinished(remote.close)
  return { remote, counts }
}

it('serves at a lower priority, comes back where it ends, and ends with the talk', async () => {
  const session = await sessionOf([step('a')], async ({ emit }) => {
    emit({ type: 'output', data: 'hello\r\n' })
    emit({ type: 'exit', code: 0 })
  })
  const { remote, counts } = await serve(session)
  await session.start('a').over
  const seen = await watch(remote.port)
  await expect.poll(seen.screen).toBe('hello')
  await expect.poll(() => counts.at(-1)).toBe(1)
  const first = remote.pid!
  expect(getPriority(first)).toBeGreaterThan(getPriority())
  process.kill(first, 'SIGKILL')
  await expect.poll(() => seen.socket.readyState).toBe(WebSocket.CLOSED)
  await expect.poll(() => remote.pid !== first && fetch(`http://127.0.0.1:${remote.port}/`).then(r => r.text(), () => ''), { timeout: 20_000 }).toBe(PAGE)
  const back = await watch(remote.port, { session: 'test', have: seen.have() })
  await expect.poll(() => back.messages.some(m => m.type === 'session')).toBe(true)
  const second = remote.pid!
  // Ctrl-C is the presenter's to answer.
  process.kill(second, 'SIGINT')
  const later = await watch(remote.port)
  await expect.poll(later.screen).toBe('hello')
  expect(remote.pid).toBe(second)
  remote.close()
  await expect.poll(() => isAlive(second)).toBe(false)
}, 60_000)

it('costs the talk no memory while it stands still, and then shows how it stands', async () => {
  const MIB = 1024 * 1024
  const LINE = `${'x'.repeat(98)}\r\n`
  const session = await sessionOf([step('a', { timeoutMs: 60_000 })], async ({ emit, drained }) => {
    for (let n = 0; n < 24; n++) {
      emit({ type: 'output', data: LINE.repeat(MIB / LINE.length) })
      await drained()
    }
    emit({ type: 'output', data: 'end' })
    emit({ type: 'exit', code: 0 })
  })
  const { remote } = await serve(session)
  const used = (): number => {
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  process.kill(remote.pid!, 'SIGSTOP')
  const before = used()
  await session.start('a').over
  // The log keeps a few of them.
  expect((used() - before) / MIB).toBeLessThan(16)
  process.kill(remote.pid!, 'SIGCONT')
  const seen = await watch(remote.port)
  await expect.poll(async () => (await seen.screen()).endsWith('end')).toBe(true)
  const standing = remote.pid!
  process.kill(standing, 'SIGSTOP')
  remote.close()
  await expect.poll(() => isAlive(standing)).toBe(false)
}, 60_000)

it('ends with the presenter\'s process, even where that is killed, without a word', async () => {
  const entry = resolve(import.meta.dirname, '../../../../runners/service/remote/entry.mjs')
  const parent = spawn(process.execPath, ['-e', `
    const child = require('node:child_process').fork(${JSON.stringify(entry)}, { serialization: 'advanced' })
    child.send(${JSON.stringify({ type: 'open', ...await siteOptions() })})
    child.on('message', ({ port }) => port && process.stdout.write(child.pid + ' ' + port))
  `], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = text(parent.stderr)
  const [pid, port] = String((await once(parent.stdout, 'data'))[0]).split(' ').map(Number) as [number, number]
  const viewers = await Promise.all(Array.from({ length: 50 }, () => watch(port)))
  // All at once: that the viewers are gone, and whom to tell.
  process.kill(pid, 'SIGSTOP')
  viewers.forEach(({ socket }) => socket.terminate())
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  process.kill(pid, 'SIGCONT')
  await expect.poll(() => fetch(`http://127.0.0.1:${port}/`).then(() => 'served', () => 'gone'), { timeout: 10_000 }).toBe('gone')
  expect(await said).toBe('')
})

it('says what is wrong with an address that is not of this machine', async () => {
  const session = await sessionOf([step('a')], exits())
  onTestFinished(async () => void await session.close())
  await expect(startRemote({ ...await siteOptions(), addresses: ['203.0.113.1'] }, { session, onCount: () => {}, onLost: () => {} })).rejects.toMatchObject({ code: 'port-taken', hint: expect.stringContaining('--remote ADDRESS:PORT') })
})
