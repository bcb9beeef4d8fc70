import process from 'node:process'
import { isStepError, kindOf } from '../../protocol/error.ts'
import { missingFile } from '../io/deck-file.ts'
import { say } from '../io/say.ts'
import { USAGE } from '../io/usage.ts'

/** Ends with `code` once the command is done; what it left open must not keep the process. */
export async function finish(file: string | undefined, command: () => Promise<number>): Promise<void> {
  const missing = file === undefined ? undefined : missingFile(file, process.argv[2] === 'import' ? 'file' : 'deck')
  if (missing)
    fail(missing)
  try {
    const code = await command()
    // Where a pipe is written asynchronously, leaving now would cut the JSON off.
    await new Promise(resolve => process.stdout.write('', resolve))
    process.exit(code)
  }
  catch (error) {
    if (isStepError(error)) {
      say.error(`${error.message}. ${error.hint}`.trim())
      process.exit(kindOf(error.code)?.exit ?? 1)
    }
    // What the system refuses, such as a file that may not be written, is no mistake of ours.
    say.error(error instanceof Error && 'syscall' in error ? error.message : error)
    process.exit(1)
  }
}

/** Says what is wrong with a call, and ends. */
export function fail(message: string): never {
  say.error(message)
  process.exit(USAGE)
}
