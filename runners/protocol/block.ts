/**
 * What `sh {exec}` runs around a block, inside of whichever container. The preamble says its pid and waits for a line,
 * so that the terminal has its size before the block begins; then it becomes the shell of the block. The pid is all
 * that can reach a program inside: an engine ends none of them by itself.
 */
export const PREAMBLE = 'echo $$; read -r _; exec "$0" -c "$1"'
/** Leaves directory and exported variables in a string that terminals do not show, and that no log keeps. */
export const CARRY = `trap '{ printf "\\033_kamishibai "; pwd -P; printf "\\0"; env -0; printf "\\033\\\\\\\\"; } >/dev/tty 2>/dev/null' EXIT; `
/** Longest state that a block may leave, in characters: as much as the service takes out of a log. */
export const LONGEST_STATE = 64 * 1024

// eslint-disable-next-line no-control-regex
const RE_STATE = /\x1B_kamishibai ([^\x1B]*)\x1B\\/
/** Variables that belong to one block only, or to the container. */
const OWN = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'HOSTNAME'])

/** What a block hands on to the next one of its shell in the same container. */
export interface BlockState { cwd: string, env: string[] }

/** What the block left, by the end of its output; undefined where it left nothing. */
export function blockState(output: string): BlockState | undefined {
  const [cwd, ...env] = RE_STATE.exec(output)?.[1]?.replaceAll('\r\n', '\n').split('\0') ?? []
  return cwd ? { cwd: cwd.trimEnd(), env: env.filter(entry => entry.indexOf('=') > 0 && !OWN.has(entry.slice(0, entry.indexOf('=')))) } : undefined
}

/** The output of a block without what the preamble writes: a line with its pid, and the empty line that it reads. */
export async function* skipPreamble(stream: AsyncIterable<Buffer>, begin: (pid: number) => Promise<void>): AsyncGenerator<Buffer> {
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
