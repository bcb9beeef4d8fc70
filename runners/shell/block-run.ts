import type { IPty } from '@lydell/node-pty'
import type { RunContext } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import type { Launch } from './block.ts'
import { basename } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { pipeFailures, tellEnd, withoutSaid } from '../protocol/block.ts'
import { StepError } from '../protocol/error.ts'
import { lineNamed } from '../protocol/program.ts'
import { untilKeyWanted } from './key-wait.ts'
import { followPty, HANG_UP, INTERRUPT } from './pty.ts'
import { createTypist, typedLines } from './typing.ts'

/** The end of a block's output in which it says what it leaves, in characters. */
const LAST_WORDS = 4096
/** Turns the second screen of a terminal on and off, as editors and pagers do. */
// eslint-disable-next-line no-control-regex
const RE_SCREEN = /\x1B\[\?(?:1049|1047|47)([hl])/g

/** Follows the shell of a step to its end; throws StepError where it waits for a key that nobody can press. */
export async function runBlock(program: IPty, step: Step, { state, code }: Launch, context: RunContext): Promise<void> {
  const interactive = step.verb === 'terminal'
  let over = false
  let last = ''
  const ended = new AbortController()
  const stuck = new AbortController()
  const typist = createTypist({ write: data => over || program.write(data), onData: program.onData }, context)
  context.onInput(typist.input)
  context.onResize((cols, rows) => over || program.resize(cols, rows))
  if (interactive)
    void typist.type(typedLines(step), { enter: step.enter !== false })
  // What lives on may wait for whatever it likes.
  else if (!step.until.length)
    void watchKeys(program, ended.signal).then(name => name && stuck.abort(keyWanted(name)))
  const signal = AbortSignal.any([context.signal, stuck.signal])
  await followPty(program, {
    ...context,
    signal,
    emit(payload) {
      if (payload.type !== 'output') {
        if (state === undefined)
          tellLine(last, code, context)
        else
          tellEnd(last, { leave: () => context.leave(state), endedAt: context.endedAt })
        return context.emit(payload)
      }
      last = (last + payload.data).slice(-LAST_WORDS)
      pipeFailures(payload.data).forEach(failure => context.pipeFailed?.(failure))
      const data = withoutSaid(payload.data)
      if (data)
        context.emit({ ...payload, data })
    },
  }, () => interactive || stuck.signal.aborted ? HANG_UP : INTERRUPT)
  over = true
  ended.abort()
  signal.throwIfAborted()
}

/** Tells the line at which a program that is no shell ended, where its last words name one. */
function tellLine(last: string, code: string | undefined, { endedAt }: RunContext): void {
  const line = lineNamed(stripVTControlCharacters(last), code && basename(code))
  if (line !== undefined)
    endedAt(line)
}

function watchKeys(program: IPty, over: AbortSignal): Promise<string | undefined> {
  let lastOutputAt = performance.now()
  let line = ''
  let screen = false
  program.onData((data) => {
    lastOutputAt = performance.now()
    for (const [, turned] of data.matchAll(RE_SCREEN))
      screen = turned === 'h'
    line = (line + data).split('\n').at(-1)!.slice(-LAST_WORDS)
  })
  return untilKeyWanted({
    pid: program.pid,
    front: () => program.process,
    lastOutputAt: () => lastOutputAt,
    isPrompt: () => screen || stripVTControlCharacters(line).trim() !== '',
  }, over)
}

function keyWanted(name: string): StepError {
  return new StepError('key-wanted', `${name} waits for a key, and nobody can press one in {run}`, 'Make the fence a {terminal}, or tell the program not to ask.', { params: { text: name } })
}
