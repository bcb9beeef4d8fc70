import type { Instruction } from '../protocol/dockerfile.ts'
import type { Payload } from '../protocol/event.ts'

/** An event of the engine's classic builder. */
export interface BuildEvent {
  stream?: string
  aux?: { ID?: string }
  error?: string
  errorDetail?: { code?: number, message?: string }
}

/** Reads the builder's events and tells them as `docker build` would, without the instructions that are ours. */
export interface BuildReader {
  read: (event: BuildEvent) => Payload[]
  /** The instruction that is being built. */
  readonly current: Instruction | undefined
  /** What the build's last word was, if it failed. */
  readonly failure: { message: string, code?: number } | undefined
  /** The image's id. */
  readonly image: string | undefined
}

const BOLD = '\x1B[1m'
const GREEN = '\x1B[32m'
const RED = '\x1B[31m'
const OFF = '\x1B[0m'
const RE_STEP = /^Step (\d+)\/\d+ : ([\s\S]*)$/
/** What only the builder itself wants to know. */
const RE_NOISE = /^(?:Removing intermediate container | ?---> (?:Running in |Removed intermediate container |[0-9a-f]{12}\s*$))/

/** A reader for a build of `instructions`, which the engine counts from 1. */
export function readBuild(instructions: Instruction[]): BuildReader {
  const total = instructions.filter(({ added }) => !added).length
  let current: Instruction | undefined
  let failure: BuildReader['failure']
  let image: string | undefined
  let muted = false

  function onStep(n: number, text: string): Payload[] {
    current = instructions[n - 1]
    muted = current?.added ?? false
    if (muted)
      return []
    const shown = instructions.slice(0, n).filter(({ added }) => !added).length
    return [
      { type: 'progress', label: `layer ${shown}/${total}`, done: shown - 1, total },
      { type: 'output', data: `${BOLD}Step ${shown}/${total}${OFF} : ${toLines(text)}` },
    ]
  }

  return {
    get current() { return current },
    get failure() { return failure },
    get image() { return image },
    read({ stream, aux, error, errorDetail }) {
      if (aux?.ID)
        image = aux.ID
      if (error !== undefined) {
        failure = { message: errorDetail?.message ?? error, code: errorDetail?.code || undefined }
        return [{ type: 'output', data: `${RED}${toLines(failure.message.trim())}${OFF}\r\n` }]
      }
      if (!stream)
        return []
      const [, n, text] = RE_STEP.exec(stream) ?? []
      if (n)
        return onStep(Number(n), text!)
      if (stream.startsWith('Successfully built ')) {
        muted = false
        return [{ type: 'progress', label: `layer ${total}/${total}`, done: total, total }]
      }
      if (muted || RE_NOISE.test(stream))
        return []
      return [{ type: 'output', data: stream === ' ---> Using cache\n' ? ` ---> ${GREEN}Using cache${OFF}\r\n` : toLines(stream) }]
    },
  }
}

/** A terminal needs a carriage return at the end of a line. */
function toLines(text: string): string {
  return text.replace(/\r?\n/g, '\r\n')
}
