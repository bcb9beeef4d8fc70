import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StepError } from '../../protocol/error.ts'
import { command } from './command.ts'

type Env = Record<string, string | undefined>

/** What holds the namespaces of a pod open: it waits, and ends at once when it is asked to. */
const PAUSE = 'kamishibai.dev/pause:1'
const PAUSE_SCRIPT = 'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done'

/**
 * Writes the images of the local engine, and that of the pods' own process made from the first of them, into an archive
 * below `dir`.
 */
export async function saveImages(images: string[], dir: string, env: Env): Promise<void> {
  await buildPause(images[0]!, env)
  await mkdir(dir, { recursive: true })
  await command('docker', ['save', '--output', join(dir, 'images.tar'), PAUSE, ...images], { env })
}

async function buildPause(base: string, env: Env): Promise<void> {
  const dockerfile = `FROM ${base}\nENTRYPOINT ${JSON.stringify(['/bin/sh', '-c', PAUSE_SCRIPT])}\nCMD []\n`
  // The classic builder: it needs no plugin, and looks at local images first.
  const child = spawn('docker', ['build', '--quiet', '--tag', PAUSE, '-'], { env: { ...env, DOCKER_BUILDKIT: '0' }, stdio: ['pipe', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors += text)
  child.stdin.end(dockerfile)
  const [code] = await once(child, 'close') as [number]
  if (code !== 0)
    throw new StepError('image-missing', `the image of the pods cannot be built on ${base}: ${errors.trim()}`, 'npm run demo:image builds the image of the demos.')
}
