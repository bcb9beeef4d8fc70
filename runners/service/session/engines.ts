import type { Deck } from '../../deck/deck.ts'
import type { Probe, Runner, RunnerConfig } from '../../protocol/runner.ts'
import type { RunnerName, Step } from '../../protocol/step.ts'
import type { RunnerState } from '../../protocol/wire.ts'
import type { Engines } from '../run/engines.ts'
import type { Lacks } from './engine-needs.ts'
import type { MissingPrograms } from './programs.ts'
import type { loadRunner as loadFromRegistry } from './registry.ts'
import { engineOf } from '../../deck/plan/step-touch.ts'
import { isStepError, kindOf, StepError } from '../../protocol/error.ts'
import { enginesOf, findLacks, lackFor, runnersOf, untilLost } from './engine-needs.ts'
import { demandPrograms, lookForPrograms, programLack } from './programs.ts'

/** How long a runner may take to say how it is, in ms. */
const PROBE_TIMEOUT = 3000
/** The same at the start: nobody watches, and what is late then would be away for the whole talk. */
const START_TIMEOUT = 10_000

type Mode = 'auto' | 'live' | 'replay'

export interface EnginesOptions {
  deck: Deck
  mode: Mode
  config: RunnerConfig
  loadRunner: typeof loadFromRegistry
}

/** Loads and probes the runners that the deck needs. */
export async function openEngines({ deck, mode, config, loadRunner }: EnginesOptions): Promise<Engines> {
  const all: Runner[] = []
  const live: Runner[] = []
  const states: RunnerState[] = []
  let lacks: Lacks
  let missing: MissingPrograms
  let startWatch: ((runner: Runner) => void) | undefined
  const runnerOf = (name: RunnerName): Runner | undefined => all.find(runner => runner.name === name)
  const isLive = (name: RunnerName): boolean => live.some(runner => runner.name === name)
  // In mode `live` nothing falls back: there the run says what is missing.
  const lackOf = (step: Step): StepError | undefined => mode === 'replay'
    ? undefined
    : lackFor(step, deck.steps, lacks) ?? (mode === 'auto' ? programLack(step, deck.steps, missing) : undefined)

  async function follow(): Promise<void> {
    const names = [...runnersOf(deck)].filter(name => name !== 'replay').filter(name => !runnerOf(name))
    const added = await Promise.all(names.map(name => loadRunner(name, config)))
    const found = await Promise.all(added.map(runner => stateOf(runner, mode)))
    all.push(...added)
    states.push(...found)
    const begun = added.filter((_, i) => found[i]!.mode === 'live')
    live.push(...begun)
    begun.forEach(runner => startWatch?.(runner))
    lacks = await findLacks(deck.steps, live)
    missing = lookForPrograms(deck.steps, config.env.PATH, new Set(live.flatMap(runner => runner.programs?.() ?? [])))
  }

  await follow()

  function canRun(step: Step, before: Step[] = []): boolean {
    const needed = deck.steps.filter(other => step.needs.includes(other.id) && !before.includes(other))
    return isLive(engineOf(step)) && !lackOf(step) && needed.every(other => canRun(other, [...before, step]))
  }

  return {
    states,
    versions: () => Object.fromEntries(states.flatMap(({ name, version }) => version ? [[name, version]] : [])),
    get: runnerOf,
    follow,
    canRun: step => canRun(step),
    lackOf,
    absenceOf: step => states.find(state => state.mode === 'replay' && enginesOf(step, deck.steps).includes(state.name))?.reason,
    demandPrograms: step => demandPrograms(step, missing),
    async demand({ runner }) {
      const probe = await probeOf(runnerOf(runner)!)
      if (!probe.available)
        throw new StepError(runner === 'docker' ? 'engine-unavailable' : 'not-available', probe.reason, probe.hint)
    },
    async reset(step, options) {
      for (const runner of live)
        await runner.reset?.(step.id, options).catch((error: unknown) => resetFailed(runner, step, error))
    },
    async lost(step, signal) {
      const engine = engineOf(step)
      return step.runner === 'shell' && engine !== 'shell' ? untilLost(() => probeOf(runnerOf(engine)!), signal) : undefined
    },
    async diagnose(step, error) {
      if (!isStepError(error) || !kindOf(error.code)?.engine)
        return error
      for (const name of new Set(enginesOf(step, deck.steps))) {
        const probe = name !== 'shell' && name !== 'http' && isLive(name) && await probeOf(runnerOf(name)!)
        if (probe && !probe.available)
          return Object.assign(new StepError('engine-lost', probe.reason, probe.hint, { cause: error }), { expectations: (error as { expectations?: unknown }).expectations })
      }
      return error
    },
    async openShell(shell, stepId) {
      return Object.assign({}, ...await Promise.all(live.map(runner => runner.open?.(shell, stepId))))
    },
    dial: target => firstOf(live, runner => runner.dial?.(target)),
    holds: condition => firstOf(live, runner => runner.holds?.(condition)),
    healthy: async name => (await Promise.all(all.map(runner => runner.healthy?.(name)))).find(Boolean),
    watch(emit, signal) {
      startWatch = runner => void runner.watch?.(emit, signal).catch(() => {})
      live.forEach(startWatch)
    },
    async startOver() {
      await Promise.all(live.map(runner => runner.startOver?.()))
    },
    async check() {
      const changes = await Promise.all(live.map(async (runner) => {
        const state = states.find(({ name }) => name === runner.name)!
        const probe = await probeOf(runner)
        const down = probe.available ? undefined : probe.reason
        const changed = state.down !== down
        state.down = down
        return changed
      }))
      return changes.includes(true)
    },
    async close() {
      const results = await Promise.allSettled(all.map(runner => runner.close?.()))
      return results.every(({ status }) => status === 'fulfilled')
    },
  }
}

/** The first answer that is one. */
async function firstOf<T>(
  runners: Runner[],
  ask: (runner: Runner) => Promise<T | undefined> | undefined,
): Promise<T | undefined> {
  for (const runner of runners) {
    const answer = await ask(runner)
    if (answer)
      return answer
  }
  return undefined
}

/** What another engine could not remove is no matter of this step; its own, it would find in its way. */
function resetFailed(runner: Runner, step: Step, error: unknown): void {
  if (runner.name === step.runner)
    throw error
}

function probeOf(runner: Runner, timeout = PROBE_TIMEOUT): Promise<Probe> {
  return runner.probe(AbortSignal.timeout(timeout))
}

async function stateOf(runner: Runner, mode: Mode): Promise<RunnerState> {
  const { name } = runner
  if (mode === 'replay')
    return { name, mode: 'replay', reason: 'the deck is replayed' }
  const probe = await probeOf(runner, START_TIMEOUT)
  if (probe.available)
    return { name, mode: 'live', version: probe.version }
  // In mode `live` nothing falls back: the run will say why it cannot work.
  return { name, mode: mode === 'live' ? 'live' : 'replay', reason: probe.reason }
}
