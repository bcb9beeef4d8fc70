import type { Asked, Verdict } from './route.ts'
import type { Scope } from './scope.ts'
import { imageIds } from './image-ids.ts'
import { networkMode } from './networking.ts'
import { isYes } from './query.ts'
import { forbidden, malformed } from './refusal.ts'
import { asObject } from './shape.ts'

/** Parameters of the classic builder; those in {@link REFUSED} may only be empty. */
export const BUILD_PARAMETERS = ['t*', 'dockerfile', 'extrahosts*', 'q', 'nocache', 'cachefrom', 'rm', 'forcerm', 'memory', 'memswap', 'cpushares', 'cpusetcpus', 'cpusetmems', 'cpuperiod', 'cpuquota', 'buildargs', 'shmsize', 'squash', 'labels', 'networkmode', 'platform', 'target', 'ulimits', 'version', 'buildid', 'remote', 'pull', 'cgroupparent', 'securityopt', 'isolation', 'session', 'outputs'] as const

const REFUSED: Record<string, string> = {
  remote: 'a build context that the engine fetches: fetch it first, and build the folder',
  pull: 'to renew base images by a build: their tags are not the session\'s own',
  cgroupparent: 'another parent of the control group',
  securityopt: 'security options of a build',
  isolation: 'another isolation',
  session: 'BuildKit',
  outputs: 'outputs of BuildKit',
}

/** Which of BuildKit's ways are closed, and what does their work. */
export const NO_BUILDKIT = 'BuildKit but by buildx on engine 24 or newer: set DOCKER_BUILDKIT=0, or build in a {build} step'

/** A build by the classic builder: labelled, limited, and with tags that are the session's own. */
export async function build({ scope, params, stream }: Asked): Promise<Verdict> {
  if (params.one('version') === '2')
    throw forbidden(NO_BUILDKIT, `unguarded:${scope.step}`)
  for (const [name, what] of Object.entries(REFUSED)) {
    if (isYes(params.one(name)) && !['null', '[]', '{}', 'default'].includes(params.one(name)))
      throw forbidden(what, name === 'pull' || name === 'remote' ? undefined : `unguarded:${scope.step}`)
  }
  const values: Record<string, string> = {
    labels: JSON.stringify({ ...readLabels(params.one('labels')), ...scope.stepLabels }),
    networkmode: await networkMode(params.one('networkmode'), 'networkmode', scope) as string | undefined ?? '',
    q: '',
    // Containers of the build carry no labels: none may stay.
    rm: '1',
    forcerm: '1',
    ...limits(params.one, scope),
  }
  const before = (await imageIds(scope.engine)).map(shortId)
  const watch = watchOutput(scope, new Set(before))
  const settle = await scope.tags.claimAll(params.all('t').filter(Boolean))
  return {
    segments: ['build'],
    query: params.with(values).filter(([name]) => !(name in REFUSED)),
    stream,
    contentType: 'application/x-tar',
    line: isYes(params.one('q')) ? quietly(watch) : watch,
    settle,
  }
}

function readLabels(text: string): Record<string, unknown> {
  if (!text || text === 'null')
    return {}
  try {
    return asObject(JSON.parse(text), 'labels')
  }
  catch {
    throw malformed('the labels are no JSON object')
  }
}

function limits(one: (name: string) => string, { limits: { memory, cpus }, step }: Scope): Record<string, string> {
  for (const name of ['memory', 'memswap', 'cpuquota', 'shmsize']) {
    if (one(name) && !/^\d+$/.test(one(name)))
      throw forbidden(`a build without limit (${name}: ${one(name)})`, `unguarded:${step}`)
  }
  return {
    ...!Number(one('memory')) && { memory: String(memory) },
    ...!Number(one('cpuquota')) && { cpuperiod: '100000', cpuquota: String(Math.round(cpus * 100_000)) },
  }
}

/** The beginning of an id, as the builder tells it. */
function shortId(id: string): string {
  return id.replace('sha256:', '').slice(0, 12)
}

/**
 * The classic builder leaves an image without name or label for each instruction before the last, and for each stage:
 * what it makes anew, and the base images that it fetches, are told in its output only. So can a program of the build:
 * an image that was there `before` is never the session's.
 */
function watchOutput({ tags }: Scope, before: Set<string>): (line: string) => Promise<string> {
  let last = ''
  return async (line) => {
    const { stream, status } = parseLine(line)
    const [, id] = /^ ---> ([\da-f]{12})\n?$/.exec(stream) ?? []
    if (id && !before.has(id) && !/^Step \d+\/\d+ : FROM|Using cache$/i.test(last))
      tags.keep(id)
    const [, fetched] = /^Status: Downloaded newer image for (\S+)$/.exec(status) ?? []
    if (fetched)
      await tags.take(fetched)
    if (stream.trim())
      last = stream.trim()
    return line
  }
}

/** Leaves of the output what `-q` does: the image's id, or all of it where the build failed. */
function quietly(watch: (line: string) => Promise<string>): (line: string) => Promise<string | undefined> {
  const before: string[] = []
  let id = ''
  return async (line) => {
    await watch(line)
    const { stream, image, failed } = parseLine(line)
    id = image || id
    if (/^Successfully built [\da-f]{12}\n$/.test(stream))
      return JSON.stringify({ stream: `${id}\n` })
    before.push(line)
    return failed ? before.splice(0).join('\r\n') : undefined
  }
}

function parseLine(line: string): { stream: string, status: string, image: string, failed: boolean } {
  try {
    const { stream, status, aux, error } = JSON.parse(line) as {
      stream?: string
      status?: string
      aux?: { ID?: string }
      error?: string
    }
    return { stream: String(stream ?? ''), status: String(status ?? ''), image: String(aux?.ID ?? ''), failed: error !== undefined }
  }
  catch {
    return { stream: '', status: '', image: '', failed: false }
  }
}
