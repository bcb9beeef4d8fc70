import type Docker from 'dockerode'
import type { RunnerConfig } from '../protocol/runner.ts'
import { parseSize } from '../protocol/headmatter.ts'

/** What an engine says where an image has no such program: all before that went well. */
const RE_NO_PROGRAM = /exec: "true"|executable file not found/

/**
 * Makes a network, starts a container of `image` in it with the limits of steps, and removes both; only the network
 * without an image. Resolves with what the engine could not do, undefined where it can do all.
 */
export async function tryOut(
  docker: Docker,
  { sessionId, labels, settings: { limits } }: Pick<RunnerConfig, 'sessionId' | 'labels' | 'settings'>,
  image?: string,
): Promise<string | undefined> {
  const name = `kamishibai-doctor-${sessionId}`
  let doing = 'make a network'
  const undo: (() => Promise<unknown>)[] = []
  try {
    const network = await docker.createNetwork({ Name: name, CheckDuplicate: true, Labels: labels })
    undo.unshift(() => network.remove())
    if (!image)
      return undefined
    doing = `run a container of ${image}`
    const container = await docker.createContainer({
      name,
      Image: image,
      Entrypoint: ['true'],
      Cmd: [],
      Labels: labels,
      HostConfig: {
        NetworkMode: name,
        Memory: parseSize(limits.memory),
        NanoCpus: Math.round(limits.cpus * 1e9),
        PidsLimit: limits.pids,
      },
    })
    undo.unshift(() => container.remove({ force: true, v: true }))
    await container.start()
    return undefined
  }
  catch (error) {
    const { message } = error as Error
    return RE_NO_PROGRAM.test(message) ? undefined : `it cannot ${doing}: ${message.trim()}`
  }
  finally {
    // What is left carries the labels of this process: the next sweep takes it.
    for (const remove of undo)
      await remove().catch(() => {})
  }
}
