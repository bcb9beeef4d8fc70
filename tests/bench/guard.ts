import type { Row } from './_row.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { ratio } from './_row.ts'
import { IMAGE, openSession } from './_session.ts'

const PAIRS = 10

/** The real CLI through the guard beside the same CLI on the engine's own socket. */
export const guard: Row = {
  id: 'guard',
  what: 'docker run through the guard',
  needs: ['docker'],
  async run({ dir, dockerHost, progress }) {
    const fence = `\`\`\`sh {run id=any}\ndocker run --rm ${IMAGE} true\n\`\`\``
    const { session, runners } = await openSession(join(dir, 'guard'), `# Guard\n\n${fence}`, dockerHost)
    const ours: number[] = []
    const peer: number[] = []
    try {
      const guarded = (await runners.get('docker')!.open!('main', () => 'any')).DOCKER_HOST!
      await dockerRun(guarded)
      await dockerRun(dockerHost!)
      for (let n = 0; n < PAIRS; n++) {
        ours.push(await dockerRun(guarded))
        peer.push(await dockerRun(dockerHost!))
        progress(`${n + 1} of ${PAIRS} pairs`)
      }
    }
    finally {
      await session.close()
    }
    return [ratio('docker run --rm through the guard', 1.05, ours, peer)]
  },
}

async function dockerRun(host: string): Promise<number> {
  const began = performance.now()
  const child = spawn('docker', ['run', '--rm', IMAGE, 'true'], { env: { ...process.env, DOCKER_HOST: host }, stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'close') as [number]
  if (code !== 0)
    throw new Error(`docker run ended with ${code}`)
  return performance.now() - began
}
