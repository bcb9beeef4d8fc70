import type { Measure, Row } from './_row.ts'
import { execFile, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { startRemote } from '../../runners/service/remote/remote.ts'
import { median, ms } from './_row.ts'
import { openSession } from './_session.ts'

const VIEWERS = 200
const PAIRS = 5
/** Runs of the busy step on each side of a pair. */
const RUNS = 4

/**
 * 200 devices that watch one run at the server for the audience: how late its output reaches them, and how much they
 * slow it down.
 */
export const viewers: Row = {
  id: 'viewers',
  what: `${VIEWERS} viewers`,
  needs: [],
  async run({ dir, progress }) {
    const busy = 'i=0; while [ $i -lt 40000 ]; do i=$((i+1)); echo "line $i of a step that is busy"; done'
    const paced = 'for i in $(seq 100); do echo "line $i"; sleep 0.02; done'
    const fences = [`\`\`\`sh {run id=busy timeout=120s}\n${busy}\n\`\`\``, `\`\`\`sh {run id=paced timeout=120s}\n${paced}\n\`\`\``]
    const { session } = await openSession(join(dir, 'viewers'), `# Viewers\n\n${fences.join('\n\n')}`)
    const site = join(dir, 'viewers', 'site')
    await mkdir(site)
    await writeFile(join(site, 'index.html'), '')
    const serve = (): ReturnType<typeof startRemote> => startRemote({ dir: site, addresses: ['127.0.0.1'], port: 0, strict: true }, { session, onCount: () => {}, onLost: () => {} })
    const time = async (step: string): Promise<number> => {
      const began = performance.now()
      const { phase } = await session.start(step).moment
      if (phase !== 'exited')
        throw new Error(`the step ${step} ${phase}`)
      return performance.now() - began
    }
    const times = async (step: string): Promise<number[]> => {
      const all: number[] = []
      for (let run = 0; run < RUNS; run++)
        all.push(await time(step))
      return all
    }
    const alone: number[] = []
    const watched: number[] = []
    const ratios: number[] = []
    const delays: number[] = []
    try {
      await time('busy')
      for (let n = 0; n < PAIRS; n++) {
        const before = await times('busy')
        const remote = await serve()
        const audience = await openAudience(remote.port)
        // The first seconds, in which all come at once, are no part of the talk.
        await time('paced')
        await audience.giveWay()
        const after = await times('busy')
        alone.push(...before)
        watched.push(...after)
        // Within a pair the machine is about as busy with other things.
        ratios.push(median(after) / median(before))
        delays.push(...await audience.leave())
        remote.close()
        progress(`${n + 1} of ${PAIRS} pairs`)
      }
    }
    finally {
      await session.close()
    }
    delays.sort((a, b) => a - b)
    const p99 = delays[Math.floor(delays.length * 0.99)] ?? Infinity
    return [
      { what: `${VIEWERS} viewers: p99 of delivery`, budget: 100, value: p99, unit: 'ms', ours: `median ${ms(median(delays))} of ${delays.length}` },
      { what: `${VIEWERS} viewers: the run beside one nobody watches`, budget: 1.05, value: median(ratios), unit: '×', ours: ms(median(watched)), peer: ms(median(alone)) },
    ] satisfies Measure[]
  },
}

interface Audience {
  /** From now on it takes only what this machine has left: theirs are other machines. */
  giveWay: () => Promise<void>
  /** Ends it and returns how late each frame of the paced step came, in ms. */
  leave: () => Promise<number[]>
}

/** The viewers in a process of their own, with a session of its own. */
async function openAudience(port: number): Promise<Audience> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '_audience.ts'), String(port), String(VIEWERS)], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  return {
    async giveWay() {
      setPriority(child.pid!, constants.priority.PRIORITY_LOW)
      if (process.platform !== 'linux')
        return
      // The lowest niceness still gets a share of each core; SCHED_IDLE gets none that is wanted.
      await promisify(execFile)('chrt', ['--all-tasks', '--idle', '--pid', '0', String(child.pid)])
      // Where the processor is shared among sessions first, theirs must be the last; it may not.
      await writeFile(`/proc/${child.pid}/autogroup`, String(constants.priority.PRIORITY_LOW)).catch(() => {})
    },
    async leave() {
      child.stdin.end()
      const { value } = await lines.next() as { value: string }
      return JSON.parse(value) as number[]
    },
  }
}
