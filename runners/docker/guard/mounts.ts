import type { Bind } from '../bind.ts'
import type { Scope } from './scope.ts'
import type { Rule } from './shape.ts'
import { resolveBind } from '../bind.ts'
import { forbidden, malformed } from './refusal.ts'
import { count, flag, list, map, never, oneOf, shape, text } from './shape.ts'
import { ensureVolume, RE_VOLUME_NAME } from './volumes.ts'

/** What `-v` may say after the second colon; `z` and `Z` relabel what is mounted, and so write to it. */
const MODES = new Set(['ro', 'rw', 'nocopy', 'private', 'rprivate', 'consistent', 'cached', 'delegated', 'default', 'z', 'Z'])

/**
 * A bind mount as `-v` writes it: `/path:/in/container:ro`, `volume:/in/container`, or a path in the container alone.
 */
export const bindText: Rule<Scope> = async (value, path, scope) => {
  const bind = text(value, path) ?? ''
  const [source, target, modes = '', ...more] = bind.split(':')
  if (target === undefined && source!.startsWith('/'))
    return bind
  if (!source || !target?.startsWith('/') || more.length)
    throw malformed(`invalid volume specification: '${bind}'`)
  const options = modes.split(',').filter(Boolean)
  const strange = options.find(option => !MODES.has(option))
  if (strange)
    throw forbidden(`the mount option ${JSON.stringify(strange)} (${path})`, `unguarded:${scope.step}`)
  if (RE_VOLUME_NAME.test(source)) {
    await ensureVolume(source, scope)
    return bind
  }
  if (!source.startsWith('/'))
    throw malformed(`${JSON.stringify(source)} is neither an absolute path nor the name of a volume`)
  const writes = options.some(option => option === 'rw' || option === 'z' || option === 'Z')
  const { path: real, readOnly } = bindOf(source, writes || (options.includes('ro') ? false : undefined), scope)
  if (real.includes(':'))
    throw malformed(`the path ${real} has a colon: use --mount instead of -v`)
  return [real, target, [readOnly ? 'ro' : 'rw', ...options.filter(option => option !== 'ro' && option !== 'rw')].join(',')].join(':')
}

const fields = shape<Scope>({
  Type: oneOf('mounts of the type', 'bind', 'volume', 'tmpfs', 'image'),
  Source: text,
  Target: text,
  ReadOnly: flag,
  Consistency: oneOf('the consistency', 'consistent', 'cached', 'delegated', 'default'),
  BindOptions: shape<Scope>({
    Propagation: oneOf('mount propagation', 'private', 'rprivate'),
    NonRecursive: flag,
    CreateMountpoint: never('making folders on the host'),
    ReadOnlyNonRecursive: never('read-only mounts with writable ones inside'),
    ReadOnlyForceRecursive: flag,
  }),
  VolumeOptions: shape<Scope>({
    NoCopy: flag,
    Labels: map(text),
    Subpath: text,
    DriverConfig: shape({ Name: oneOf('the volume driver', 'local'), Options: never('volumes with driver options') }),
  }),
  ImageOptions: shape({ Subpath: text }),
  TmpfsOptions: shape({ SizeBytes: count('a tmpfs without limit'), Mode: count('this mode'), Options: list(list(text)) }),
  ClusterOptions: never('cluster volumes'),
})

interface Mount {
  Type?: string
  Source?: string
  ReadOnly?: boolean
  VolumeOptions?: { Labels?: Record<string, string> }
}

/** A mount as `--mount` writes it. */
export const mount: Rule<Scope> = async (value, path, scope) => {
  const checked = (await fields(value, path, scope) ?? {}) as Mount
  const { Type, Source, ReadOnly, VolumeOptions } = checked
  if (Type === 'bind') {
    if (!Source?.startsWith('/'))
      throw malformed(`invalid mount config for type "bind": ${JSON.stringify(Source ?? '')} is no absolute path`)
    const { path: real, readOnly } = bindOf(Source, ReadOnly ? false : undefined, scope)
    return { ...checked, Source: real, ReadOnly: readOnly }
  }
  if (Type === 'volume') {
    if (Source) {
      if (!RE_VOLUME_NAME.test(Source))
        throw malformed(`${JSON.stringify(Source)} is no name of a volume`)
      await ensureVolume(Source, scope)
    }
    return {
      ...checked,
      VolumeOptions: { ...VolumeOptions, Labels: { ...VolumeOptions?.Labels, ...scope.stepLabels } },
    }
  }
  return checked
}

function bindOf(
  source: string,
  writable: boolean | undefined,
  { step, deckDir, grants, socket, elsewhere }: Scope,
): Extract<Bind, { readOnly: boolean }> {
  if (elsewhere)
    throw forbidden(`the bind mount of ${source}: the engine is on another machine, where the deck's folder is not`)
  const bind = resolveBind(source, writable, { deckDir, granted: grants.mounts(step), socket })
  if (!('refused' in bind))
    return bind
  const grant = `${bind.grant}:${step}`
  switch (bind.refused) {
    case 'missing':
      throw malformed(`invalid mount config for type "bind": bind source path does not exist: ${source}`)
    case 'engine':
      throw forbidden(`the bind mount of ${source}, which holds the engine's socket`, grant)
    case 'outside':
      throw forbidden(`the bind mount of ${source}, outside the deck's folder`, grant)
    case 'writable':
      throw forbidden(`the writable bind mount of ${source}: the deck's folder is mounted read-only`, grant)
  }
}
