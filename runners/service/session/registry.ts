import type { Runner, RunnerConfig, RunnerFactory } from '../../protocol/runner.ts'
import type { RunnerName } from '../../protocol/step.ts'

type LiveRunner = Exclude<RunnerName, 'replay'>

/** The one list of runners; each is loaded, with its SDK, when a deck first needs it. */
const FACTORIES: Partial<Record<LiveRunner, () => Promise<{ default: RunnerFactory }>>> = {
  shell: () => import('../../shell/runner.ts'),
  docker: () => import('../../docker/runner.ts'),
  kubernetes: () => import('../../kubernetes/runner.ts'),
  http: () => import('../../http/runner.ts'),
}

/** The runner `name`, or one that says that it is not available yet. */
export async function loadRunner(name: LiveRunner, config: RunnerConfig): Promise<Runner> {
  const load = FACTORIES[name]
  if (load)
    return (await load()).default(config)
  return {
    name,
    probe: async () => ({ available: false, reason: `the ${name} runner is not available yet`, hint: '' }),
    run: async () => {},
  }
}
