import { once } from 'node:events'
import process from 'node:process'
import { WebSocket } from 'ws'
import { decodeFrame, SOCKET_PATH, SUBPROTOCOL } from '../../runners/protocol/wire.ts'

const [port, count] = process.argv.slice(2)

interface Snapshot { type: string, run: { n: number, step: string, startedAt: number } }

const delays: number[] = []

/** One device: notes how late each frame of the step `paced` is. */
async function open(): Promise<void> {
  const started = new Map<number, number>()
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SOCKET_PATH}`, [SUBPROTOCOL], { origin: `http://127.0.0.1:${port}` })
  socket.binaryType = 'arraybuffer'
  await once(socket, 'open')
  socket.on('message', (data: ArrayBuffer | string, binary) => {
    if (binary) {
      const { run, at } = decodeFrame(data as ArrayBuffer)
      const since = started.get(run)
      if (since)
        delays.push(Date.now() - since - at)
      return
    }
    const message = JSON.parse(Buffer.from(data as ArrayBuffer).toString()) as Snapshot
    if (message.type === 'snapshot' && message.run.step === 'paced')
      started.set(message.run.n, message.run.startedAt)
  })
  socket.send(JSON.stringify({ type: 'hello' }))
}

await Promise.all(Array.from({ length: Number(count) }, open))
process.stdout.write('ready\n')
process.stdin.resume()
await once(process.stdin, 'end')
process.stdout.write(`${JSON.stringify(delays.map(delay => Math.round(delay * 10) / 10))}\n`, () => process.exit(0))
