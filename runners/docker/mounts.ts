import type Docker from 'dockerode'
import { realpathSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { StepError } from '../protocol/error.ts'

/**
 * The mounts of a step's `volumes`, in Compose's short form: named volumes of the session, labelled, and folders of
 * the deck, read-only.
 */
export function toMounts(
  volumes: string[],
  { deckDir, prefix, labels }: { deckDir: string, prefix: string, labels: Record<string, string> },
): Docker.MountConfig {
  return volumes.map((text) => {
    const [source, target, mode, ...more] = text.split(':')
    if (!source || !target?.startsWith('/') || more.length || (mode && mode !== 'ro' && mode !== 'rw')) {
      throw new StepError(
        'bad-container',
        `the volume ${text} is not understood`,
        'Write NAME:/path or ./folder:/path, with :ro if it is only read.',
      )
    }
    if (/^[a-z\d][\w-]*$/i.test(source)) {
      return {
        Type: 'volume',
        Source: `${prefix}${source}`,
        Target: target,
        ReadOnly: mode === 'ro',
        VolumeOptions: { NoCopy: false, Labels: labels, DriverConfig: { Name: 'local', Options: {} } },
      }
    }
    return { Type: 'bind', Source: insideDeck(deckDir, source, text, mode), Target: target, ReadOnly: true }
  })
}

function insideDeck(deckDir: string, source: string, text: string, mode: string | undefined): string {
  if (mode === 'rw')
    throw new StepError('outside-deck', `the mount ${text} would let the container write into the deck's folder`, 'Leave :rw out: folders are mounted read-only.')
  let path: string
  try {
    path = realpathSync(resolve(deckDir, source))
  }
  catch (error) {
    throw new StepError('bad-container', `${source}, which the step mounts, is not there`, 'Paths start at the deck\'s folder.', { cause: error })
  }
  const root = realpathSync(deckDir)
  if (path !== root && !path.startsWith(root + sep))
    throw new StepError('outside-deck', `the mount ${text} lies outside the deck's folder`, 'Copy what the container needs below the deck.')
  return path
}
