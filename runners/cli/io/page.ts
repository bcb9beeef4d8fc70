import type { WriteStream } from 'node:tty'
import { spawn } from 'node:child_process'
import process from 'node:process'

/** A shell that found no program ends with this. */
const NOT_FOUND = 127

/** Shows a long text in the user's pager at a terminal; as it is where there is none. Resolves once it was read. */
export async function page(text: string, output: NodeJS.WriteStream): Promise<void> {
  const { PAGER = 'less', LESS = 'R' } = process.env
  const { fd } = output as WriteStream & { fd: number }
  const code = await new Promise<number>((resolve) => {
    const pager = spawn(PAGER, { shell: true, stdio: ['pipe', fd, 'inherit'], env: { ...process.env, LESS } })
    pager.on('error', () => resolve(NOT_FOUND))
    pager.on('close', code => resolve(code ?? 0))
    // Whoever has read enough closes the pipe.
    pager.stdin!.on('error', () => {})
    pager.stdin!.end(text)
  })
  if (code === NOT_FOUND)
    output.write(`${text}\n`)
}
