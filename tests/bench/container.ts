import type { Runner } from '../../runners/protocol/runner.ts'
import type { Session } from '../../runners/service/session/session.ts'
import type { Row } from './_row.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { ms, ratio } from './_row.ts'
import { IMAGE, openSession } from './_session.ts'

const PAIRS = 20
const COMMAND = 'echo hello'

interface Times { firstByte: number, total: number }

/**
 * Nearly all of it is the engine's own start call, which both sides wait for (of 590 ms here: 4 before the create call,
 * 30 in it, 6 to attach, 550 in start); what the step can save is the start of the CLI's process.
 *
 * `{container}` in a session beside `docker run --rm` on the same engine, each from its start until its container is
 * gone.
 */
export const container: Row = {
  id: 'container',
  what: '{container} vs docker run',
  needs: ['docker'],
  async run({ dir, dockerHost, progress }) {
    const fences = Array.from({ length: PAIRS }, (_, n) => `\`\`\`yaml {container id=c${n}}\nimage: ${IMAGE}\ncommand: ${COMMAND}\n\`\`\``)
    const { session, runners } = await openSession(join(dir, 'container'), `# Containers\n\n${fences.join('\n\n')}`, dockerHost)
    const runner = runners.get('docker')!
    const ours: Times[] = []
    const exits: number[] = []
    const peer: Times[] = []
    try {
      await runCli(dockerHost!)
      for (let n = 0; n < PAIRS; n++) {
        const { exit, ...times } = await runStep(session, runner, `c${n}`)
        ours.push(times)
        exits.push(exit)
        peer.push(await runCli(dockerHost!))
        progress(`${n + 1} of ${PAIRS} pairs`)
      }
    }
    finally {
      await session.close()
    }
    return [
      ratio('{container}: first output byte', 0.85, ours.map(t => t.firstByte), peer.map(t => t.firstByte)),
      ratio('{container}: until it is removed', 0.90, ours.map(t => t.total), peer.map(t => t.total)),
      { ...ratio('{container}: until the slide says exited', 1, exits, peer.map(t => t.total)), budget: undefined },
    ]
  },
}

async function runStep(session: Session, runner: Runner, id: string): Promise<Times & { exit: number }> {
  const began = performance.now()
  const since = (): number => performance.now() - began
  const run = session.start(id)
  let firstByte = 0
  run.log.subscribe((event) => {
    if (event.type === 'output')
      firstByte ||= since()
  })
  const { phase, error } = await run.moment
  const exit = since()
  if (phase !== 'exited' || !firstByte)
    throw new Error(`the step ${phase}: ${error?.message ?? 'no output'}`)
  await run.over
  await runner.reset!(id)
  return { firstByte, exit, total: since() }
}

async function runCli(dockerHost: string): Promise<Times> {
  const began = performance.now()
  const child = spawn('docker', ['run', '--rm', '-t', IMAGE, ...COMMAND.split(' ')], { env: { ...process.env, DOCKER_HOST: dockerHost }, stdio: ['ignore', 'pipe', 'inherit'] })
  let firstByte = 0
  child.stdout.on('data', () => firstByte ||= performance.now() - began)
  const [code] = await once(child, 'close') as [number]
  if (code !== 0 || !firstByte)
    throw new Error(`docker run ended with ${code} after ${ms(performance.now() - began)}`)
  return { firstByte, total: performance.now() - began }
}
