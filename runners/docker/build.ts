import type Docker from 'dockerode'
import type { RunContext, RunnerConfig } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import type { BuildEvent, BuildReader } from './build-output.ts'
import type { Labelled } from './dockerfile.ts'
import { isStepError, StepError } from '../protocol/error.ts'
import { parseSize } from '../protocol/headmatter.ts'
import { LABELS } from '../protocol/runner.ts'
import { DOCKERFILE, readContext } from './build-context.ts'
import { readBuild } from './build-output.ts'
import { diskFull, explain, RE_DISK_FULL } from './container.ts'
import { baseImages, labelDockerfile } from './dockerfile.ts'
import { parseLines } from './lines.ts'

/** Builds the image of a `dockerfile {build}` with the engine's classic builder; aborted, the engine gives it up. */
export async function runBuild(
  docker: Docker,
  step: Step,
  { emit, started, signal, labels, drained }: RunContext,
  { deckDir, settings: { limits } }: RunnerConfig,
): Promise<void> {
  if (step.tag)
    await checkTag(docker, step.tag, labels)
  for (const image of baseImages(step.code))
    await checkBase(docker, image)
  const context = await readContext(deckDir, step.context)
  const dockerfile = labelDockerfile(step.code, labels)
  const reader = readBuild(dockerfile.instructions)
  const archive = context.open(
    dockerfile.text,
    done => emit({ type: 'progress', label: 'context', done, total: context.bytes }),
    signal,
  )
  try {
    signal.throwIfAborted()
    const events = await docker.buildImage(archive as unknown as NodeJS.ReadableStream, {
      ...(step.tag && { t: step.tag }),
      version: '1',
      dockerfile: DOCKERFILE,
      forcerm: true,
      memory: parseSize(limits.memory),
      cpuperiod: 100_000,
      cpuquota: Math.round(limits.cpus * 100_000),
      abortSignal: signal,
    })
    started()
    events.on('error', () => {})
    for await (const event of parseLines<BuildEvent>(events as unknown as AsyncIterable<Buffer>)) {
      reader.read(event).forEach(emit)
      await drained()
    }
  }
  catch (error) {
    throw signal.aborted ? signal.reason : refusal(error, step, dockerfile)
  }
  signal.throwIfAborted()
  if (reader.failure)
    throw failure(reader, step)
  await tellImage(docker, reader, step, emit)
}

/** A tag that someone else's image has stays where it is. */
async function checkTag(docker: Docker, tag: string, labels: Record<string, string>): Promise<void> {
  const image = await inspect(docker, tag)
  if (image && image.Config.Labels?.[LABELS.session] !== labels[LABELS.session])
    throw new StepError('not-own', `the tag ${tag} is on an image that is not the session's own`, 'Give the image of the step another tag=.')
}

/** The builder would fetch what is missing, from wherever. */
async function checkBase(docker: Docker, image: string): Promise<void> {
  if (!await inspect(docker, image))
    throw explain({ statusCode: 404, message: `no such image: ${image}` }, image)
}

async function inspect(docker: Docker, image: string): Promise<Docker.ImageInspectInfo | undefined> {
  return docker.getImage(image).inspect().catch((error: unknown) => {
    if ((error as { statusCode?: number }).statusCode === 404)
      return undefined
    throw explain(error, image)
  })
}

/** What the engine says before it builds anything. */
function refusal(error: unknown, step: Step, { lineOf }: Labelled): StepError {
  if (isStepError(error))
    return error
  const explained = explain(error, '')
  const [, line, what] = /dockerfile parse error (?:on )?line (\d+): (.*)/is.exec(explained.message) ?? []
  if (!line)
    return explained
  // Newer engines guess.
  const [, mistake, guess] = /^(.*?)(?: \(did you mean (\S+)\?\))?$/s.exec(what!.trim())!
  return inLine(step, lineOf(Number(line)), n => `${mistake} in line ${n}`, guess ? `Did you mean ${guess}?` : 'Correct the line.', error)
}

/** What went wrong, and in which instruction. */
function failure({ current, failure }: BuildReader, step: Step): StepError {
  const { message, code } = failure!
  if (RE_DISK_FULL.test(message))
    return diskFull()
  if (!current)
    return new StepError('build-failed', message, '')
  const what = code ? `ended with exit code ${code}` : message.replace(/^(?:COPY|ADD) failed: /, 'failed: ').trim()
  const lacks = /not found in build context|no source files were specified|file not found/i.test(message)
  const hint = !lacks ? 'See its output.' : step.context === undefined ? 'The build has no files: name their folder with context=.' : `Is it in ${step.context}, and not in its .dockerignore?`
  return inLine(step, current.line, n => `${current.keyword} in line ${n} ${what}`, hint)
}

/** An error at a line of the Dockerfile, counted as the audience sees it. */
function inLine(step: Step, line: number, message: (line: number) => string, hint: string, cause?: unknown): StepError {
  const visible = visibleLine(step, line)
  return new StepError('build-failed', message(visible), hint, { cause, line: visible })
}

/** The line of the fence that shows line `line` of the code; hidden lines count to the next that is shown. */
function visibleLine({ code, visible }: Step, line: number): number {
  const shown = visible.split('\n')
  const before = code.split('\n').slice(0, line - 1)
  let next = 0
  for (const text of before)
    next += text === shown[next] ? 1 : 0
  return Math.min(next + 1, shown.length)
}

/** The step expects its image: it is looked at, and shown. */
async function tellImage(docker: Docker, { image }: BuildReader, step: Step, emit: RunContext['emit']): Promise<void> {
  const info = image ? await inspect(docker, image) : undefined
  if (!info || (step.tag && (await inspect(docker, step.tag))?.Id !== info.Id))
    throw new StepError('build-failed', `the build ended, and the image ${step.tag ?? ''} is not on the engine`, 'Run the step again.')
  const id = info.Id.replace('sha256:', '').slice(0, 12)
  emit({ type: 'resource', op: 'added', ref: { kind: 'image', id, name: step.tag ?? id }, view: { name: step.tag ?? id, image: step.tag ?? id, imageId: info.Id, size: info.Size, layers: info.RootFS.Layers?.length ?? 0, createdAt: info.Created } })
}
