import { expect, it } from 'vitest'
import { createScreen } from '../../../../runners/protocol/screen.ts'
import { openServer, RUN, stage, watch } from '../../../_remote.ts'
import { step } from '../../../_session.ts'

it('loses and doubles nothing when the socket is cut 100 times during output', async () => {
  const CUTS = 100
  const { promise: allCut, resolve: cutsDone } = Promise.withResolvers<void>()
  let lines = 0
  const { session, port } = await stage([step('a', { timeoutMs: 60_000 })], async ({ emit, signal }) => {
    const over = allCut.then(() => true)
    do
      emit({ type: 'output', data: `line ${lines++}\r\n` })
    while (!signal.aborted && !await Promise.race([over, new Promise<false>(resolve => setTimeout(resolve, 1, false))]))
    emit({ type: 'output', data: 'end\r\n' })
    emit({ type: 'exit', code: 0 })
  })
  const screen = createScreen({ cols: 40, rows: 5 })
  const run = session.start('a')
  let have: Record<number, number> | undefined
  for (let cut = 0; cut < CUTS; cut++) {
    const seen = await watch(port, have && { session: 'test', have }, screen)
    await expect.poll(() => seen.seqs.length, { interval: 1 }).toBeGreaterThan(cut % 3)
    seen.socket.terminate()
    have = seen.have()
  }
  cutsDone()
  await run.over
  const last = await watch(port, { session: 'test', have }, screen)
  await expect.poll(last.screen).toContain('end')
  expect(last.messages.some(message => message.type === 'snapshot')).toBe(false)
  const shown = (await last.screen()).split('\n')
  // Of the lines the screen keeps the last thousand.
  expect(shown.slice(0, -1)).toEqual(Array.from({ length: shown.length - 1 }, (_, i) => `line ${lines - shown.length + 1 + i}`))
}, 60_000)

it('gives a socket that does not keep up the screen as it stands, and none of what it missed', async () => {
  const LINES = 16_000
  const server = await openServer()
  const slow = await watch(server.port)
  const quick = await watch(server.port)
  await expect.poll(() => server.count).toBe(2)
  let received = 0
  slow.socket.on('message', (data: ArrayBuffer) => void (received += data.byteLength))
  slow.socket.pause()
  let written = 0
  for (let line = 1; line <= LINES; line++) {
    const data = `${'x'.repeat(2000)} line ${line}\r\n`
    written += data.length
    server.take([{ type: 'events', run: RUN, events: [{ type: 'output', seq: line, at: line, data }] }])
    if (line % 20 === 0)
      await new Promise(resolve => setImmediate(resolve))
  }
  await expect.poll(quick.screen, { timeout: 30_000 }).toContain(`line ${LINES}`)
  slow.socket.resume()
  await expect.poll(slow.screen, { timeout: 30_000 }).toContain(`line ${LINES}`)
  expect(received).toBeLessThan(written * 0.7)
  server.take([{ type: 'events', run: RUN, events: [{ type: 'output', seq: LINES + 1, at: LINES + 1, data: '\x1B[2J\x1B[Hend' }] }])
  for (const seen of [slow, quick])
    await expect.poll(async () => (await seen.screen()).split('\n').at(-1)).toBe('end')
}, 60_000)
