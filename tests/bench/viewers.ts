import type { Measure, Row } from './_row.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { attachSocket } from '../../runners/service/server.ts'
import { median, ms } from './_row.ts'
import { openSession } from './_session.ts'

const VIEWERS = 200
const PAIRS = 3
const TOKEN = 'bench'

/** 200 windows that watch one run: how late its output reaches them, and how much they slow it down. */
export const viewers: Row = {
  id: 'viewers',
  what: `${VIEWERS} viewers`,
  needs: [],
  async run({ dir, progress }) {
    const busy = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo "line $i of a step that is busy"; done'
    const paced = 'for i in $(seq 100); do echo "line $i"; sleep 0.02; done'
    const fences = [`\`\`\`sh {run id=busy timeout=120s}\n${busy}\n\`\`\``, `\`\`\`sh {run id=paced timeout=120s}\n${paced}\n\`\`\``]
    const { session } = await openSession(join(dir, 'viewers'), `# Viewers\n\n${fences.join('\n\n')}`)
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const detach = attachSocket(server, session, TOKEN)
    const { port } = server.address() as { port: number }
    const time = async (step: string): Promise<number> => {
      const began = performance.now()
      const { phase } = await session.start(step).moment
      if (phase !== 'exited')
        throw new Error(`the step ${step} ${phase}`)
      return performance.now() - began
    }
    const alone: number[] = []
    const watched: number[] = []
    const delays: number[] = []
    try {
      await time('busy')
      for (let n = 0; n < PAIRS; n++) {
        alone.push(await time('busy'))
        const audience = await openAudience(port)
        watched.push(await time('busy'))
        await time('paced')
        delays.push(...await audience.leave())
        progress(`${n + 1} of ${PAIRS} pairs`)
      }
    }
    finally {
      detach()
      server.close()
      await session.close()
    }
    delays.sort((a, b) => a - b)
    const p99 = delays[Math.floor(delays.length * 0.99)] ?? Infinity
    return [
      { what: `${VIEWERS} viewers: p99 of delivery`, budget: 100, value: p99, unit: 'ms', ours: `median ${ms(median(delays))} of ${delays.length}` },
      { what: `${VIEWERS} viewers: the run beside one nobody watches`, budget: 1.05, value: median(watched) / median(alone), unit: '×', ours: ms(median(watched)), peer: ms(median(alone)) },
    ] satisfies Measure[]
  },
}

/** The viewers in a process of their own; `leave` ends them and returns how late each frame of the paced step came, in ms. */
async function openAudience(port: number): Promise<{ leave: () => Promise<number[]> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '_audience.ts'), String(port), String(VIEWERS), TOKEN], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  return {
    async leave() {
      child.stdin.end()
      const { value } = await lines.next() as { value: string }
      return JSON.parse(value) as number[]
    },
  }
}
