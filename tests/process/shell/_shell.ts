import type { Step } from '../../../runners/protocol/step.ts'
import type { Run } from '../../../runners/service/run/types.ts'
import type { Session } from '../../../runners/service/session/session.ts'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { settingsSchema } from '../../../runners/protocol/headmatter.ts'
import { createSession } from '../../../runners/service/session/session.ts'
import createShellRunner from '../../../runners/shell/runner.ts'
import { step } from '../../_session.ts'

/** The shells of this machine: the language of a fence, and what `sh` is. */
export const SHELLS = [['sh', 'dash'], ['sh', 'busybox'], ['sh', 'bash'], ['bash', 'bash'], ['zsh', 'zsh']] as const

export interface ShellSession {
  dir: string
  session: Session
  /** Runs a step to its moment; `output` is what its log keeps. */
  run: (id: string) => Promise<{ phase: string, output: string, message?: string, line?: number, run: Run }>
}

/** A session over the real shell runner, whose `sh` is the program `sh`. */
export async function shellSession(
  steps: Step[],
  options: { sh?: string, env?: Record<string, string>, settings?: unknown, given?: Record<string, string> } = {},
): Promise<ShellSession> {
  const dir = mkdtempSync(join(tmpdir(), 'kamishibai-test-'))
  const bin = join(dir, 'bin')
  mkdirSync(bin)
  if (options.sh)
    symlinkSync(`/usr/bin/${options.sh}`, join(bin, 'sh'))
  mkdirSync(join(dir, 'deck', 'sub'), { recursive: true })
  const settings = settingsSchema.parse(options.settings ?? {})
  const deck = {
    file: 'deck.md',
    dir: join(dir, 'deck'),
    name: 'deck',
    title: 'Deck',
    lang: 'en',
    settings,
    slides: [],
    steps,
    problems: [],
    hash: '0',
  }
  const config = {
    sessionId: 'test',
    deckDir: deck.dir,
    privateDir: join(dir, 'private'),
    settings,
    labels: {},
    env: { ...process.env, ...options.env, PATH: `${bin}:${process.env.PATH}` },
  }
  const session = await createSession({
    deck,
    mode: 'live',
    load: async () => undefined,
    loadRunner: async () => ({ ...createShellRunner(config), open: async () => options.given ?? {} }),
    config,
  })
  onTestFinished(async () => {
    await session.close()
    rmSync(dir, { recursive: true, force: true })
  })
  return {
    dir: deck.dir,
    session,
    async run(id) {
      const run = session.start(id)
      const { phase, error } = await run.moment
      return { phase, output: outputOf(run), message: error?.message, line: error?.line, run }
    },
  }
}

/** What a run has written so far. */
export function outputOf(run: Run): string {
  return run.log.text().replaceAll('\r\n', '\n')
}

/** Steps of one shell, named a, b, c … */
export function blocks(lang: string, codes: (string | [string, Partial<Step>])[]): Step[] {
  return codes.map((given, i) => {
    const [code, options] = typeof given === 'string' ? [given, {}] : given
    return step(String.fromCharCode(97 + i), { lang, code, visible: code, cols: 200, ...options })
  })
}
