import type { IPty } from '@lydell/node-pty'
import type { Runner, RunnerConfig } from '../protocol/runner.ts'
import type { Step } from '../protocol/step.ts'
import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import process from 'node:process'
import { StepError } from '../protocol/error.ts'
import { programOf } from '../protocol/program.ts'
import { runBlock } from './block-run.ts'
import { launchBlock } from './block.ts'
import { createConfinement } from './confine.ts'
import { shellEnvironment } from './environment.ts'
import { machineLack } from './machine.ts'
import { signalGroup } from './pty.ts'
import { findStrays, killStrays, shellMark } from './strays.ts'

/**
 * Runs `sh {run}` and `sh {terminal}`, each in a PTY of its own; what a block leaves is there in the next of its shell.
 */
export default function createShellRunner(config: RunnerConfig): Runner {
  /** Process groups that may still have members: blocks that run, and what they left in the background. */
  const groups = new Set<number>()
  const confinement = config.settings.confine ? createConfinement(config) : undefined

  /** That shells cannot be confined although the deck wants it: then none may run. */
  async function unconfined(): Promise<{ reason: string, hint: string } | undefined> {
    const lack = await confinement?.lack()
    return lack ? { reason: `the deck confines its shells (confine: true), and ${lack}`, hint: 'Play the recordings, or remove confine: from the headmatter: then its shells can do what you can.' } : undefined
  }

  async function endAll(): Promise<void> {
    for (const pid of groups)
      signalGroup(pid, 'SIGKILL')
    await killStrays(config.privateDir)
    await confinement?.close()
  }

  return {
    name: 'shell',

    async probe() {
      try {
        await import('@lydell/node-pty')
      }
      catch (error) {
        return { available: false, reason: `this machine has no terminal for programs: ${(error as Error).message}`, hint: 'Install again: npm ci' }
      }
      const lack = await unconfined()
      return lack ? { available: false, ...lack } : { available: true, version: confinement ? `${process.platform}, confined` : process.platform }
    },

    async offers(requirement) {
      if (requirement !== 'vm')
        return undefined
      return await machineLack({ path: config.env.PATH ?? '', deckDir: config.deckDir }) ?? true
    },

    async run(step, context) {
      const interactive = step.verb === 'terminal'
      if (step.verb !== 'run' && !interactive)
        throw new StepError('unsupported', `{${step.verb}} is not available yet`)
      const { spawn } = await import('@lydell/node-pty')
      const given = { ...context.environment, KAMISHIBAI_STATE: shellMark(config.privateDir, step.shell) }
      const env: Record<string, string> = { ...shellEnvironment(config, step.verb), ...given }
      context.signal.throwIfAborted()
      checkProgram(step, config.deckDir, env.PATH)
      const lack = await unconfined()
      if (lack)
        throw new StepError('not-available', lack.reason, lack.hint)
      const launch = await launchBlock(config, { step, found: context.found(), env, given })
      const { file, args } = await confinement?.enter(step.id, launch) ?? launch
      context.signal.throwIfAborted()
      const { cols, rows } = step
      const program: IPty = spawn(file, args, { cols, rows, cwd: config.deckDir, env: { ...env, ...launch.env } })
      groups.add(program.pid)
      context.started()
      await runBlock(program, step, launch, context).finally(() => {
        void launch.dispose()
        if (!signalGroup(program.pid, 0))
          groups.delete(program.pid)
      })
    },

    async sweep({ folders, dryRun }) {
      const removed = await Promise.all([...folders].map(async ([session, folder]) => {
        const strays = dryRun ? findStrays(folder) : await killStrays(folder)
        return strays.map(({ name }) => ({ kind: 'process', name, session }))
      }))
      return { removed: removed.flat(), kept: [] }
    },

    startOver: endAll,
    close: endAll,
  }
}

/** A program that is missing would end as one that failed. */
function checkProgram(step: Step, deckDir: string, path = ''): void {
  const name = programOf(step).words[0]!
  const folders = name.includes('/') ? [deckDir] : path.split(delimiter)
  // What is to run TypeScript may be the Node that runs this.
  if (!folders.some(folder => existsSync(resolve(folder, name))) && !(step.lang === 'ts' && name === 'node'))
    throw new StepError('missing-tool', `${name} is not on this machine`, `Install ${name}, or write the fence in sh.`, { params: { text: name } })
}
