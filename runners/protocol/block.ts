import type { RunContext } from './runner.ts'
import type { PreludeOptions } from './shell-state.ts'
import { preludeOf, readableBy } from './shell-state.ts'

/**
 * Starts a block inside of whichever container. It says its pid and waits for a line, so that the terminal has its size
 * before the block begins; then it becomes the shell of the block, which reads its prelude from a descriptor. The pid
 * is
 * all that can reach a program inside: an engine ends none of them by itself.
 * `$0` is the shell, `$1` the block, `$2` and `$3` its preludes for bash and for any other shell.
 */
const PREAMBLE = `echo $$; read -r _
if [ -n "\${BASH_VERSION-}" ]; then BASH_ENV=/dev/fd/9 exec bash -c "$1" 9<<KB
$2
KB
fi
case $(readlink /proc/$$/exe) in */dash) ENV=/dev/fd/9 exec "$0" -i +m -c "$1" 9<<KB
$3
KB
esac
exec "$0" -c ". /dev/fd/9
$1" 9<<KB
$3
KB`

/** Longest state that a block may leave, in characters: as much as the service takes out of a log. */
export const LONGEST_STATE = 64 * 1024

// eslint-disable-next-line no-control-regex
const RE_SAID = /\x1B_kamishibai (line|left|state|pipe) ?([^\x1B]*)\x1B\\/g
/** How shells name the line of a command that they could not run. */
const RE_OWN_LINE = /(?:^|\n)[\w./-]*sh: ?(?:line )?(\d+): [^\n]*\s*$/

/** What a block said of itself by its end. */
export interface BlockEnd {
  /** What it hands on; empty where that lies in a file, undefined where it left nothing. */
  state?: string
  /** The line, from 1, of the command that ended it. */
  line?: number
}

/** What the end of a block's output says of it. */
export function blockEnd(output: string): BlockEnd {
  const end: BlockEnd = {}
  for (const [, kind, text = ''] of output.matchAll(RE_SAID)) {
    if (kind === 'line')
      end.line = Number(text) || undefined
    else if (kind !== 'pipe')
      end.state = text.replaceAll('\r\n', '\n').replaceAll('\x01', '\x1B')
  }
  const [, line] = RE_OWN_LINE.exec(output.replaceAll(RE_SAID, '')) ?? []
  if (!end.line && line)
    end.line = Number(line)
  return end
}

/** A command that failed before the end of its pipeline, by its line from 1. */
export interface PipeFailure { line: number, code: number }

/** The pipelines of which a part failed, as a block tells them. */
export function pipeFailures(output: string): PipeFailure[] {
  return [...output.matchAll(RE_SAID)].flatMap(([, kind, text = '']) => {
    const [line, code] = text.split(' ').map(Number)
    return kind === 'pipe' && line && code ? [{ line, code }] : []
  })
}

/** Output without what a block says of itself, where that came in one piece: what came in several, no log keeps. */
export function withoutSaid(output: string): string {
  return output.replaceAll(RE_SAID, '')
}

/** Tells the service how a block ended; its exit comes after that. */
export function tellEnd(output: string, { leave, endedAt }: Pick<RunContext, 'leave' | 'endedAt'>): void {
  const { state, line } = blockEnd(output)
  if (state !== undefined)
    leave(state)
  if (line !== undefined)
    endedAt(line)
}

/** The words that start a block in a container: `state` is what the block before it there left. */
export function blockCommand(lang: string, code: string, state: string, keepGoing: boolean): string[] {
  const options = { own: {}, folders: [], sink: 'terminal', keepGoing } satisfies Partial<PreludeOptions>
  const own = lang === 'zsh' ? 'zsh' : 'sh'
  const preludes = (['bash', own] as const).map(family => `exec 9<&-\n${preludeOf({ ...options, family, restore: readableBy(family, state) })}`)
  return [lang, '-c', PREAMBLE, lang, code, ...preludes]
}

/** The output of a block without what the preamble writes: a line with its pid, and the empty line that it reads. */
export async function* skipPreamble(
  stream: AsyncIterable<Buffer>,
  begin: (pid: number) => Promise<void>,
): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0)
  let begun = false
  for await (const chunk of stream) {
    if (!head) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    const [, pid] = /^(\d+)\r\n/.exec(head.toString('latin1', 0, 24)) ?? []
    const end = begun ? 0 : head.indexOf('\n') + 1
    if (!begun && pid) {
      begun = true
      head = head.subarray(end)
      await begin(Number(pid))
    }
    // Without a pid it is what the engine says instead.
    if (begun ? head.length >= 2 : end) {
      yield begun ? head.subarray(2) : head
      head = undefined
    }
  }
  if (head?.length && !begun)
    yield head
}
