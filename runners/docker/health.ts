import type Docker from 'dockerode'
import type { Health } from '../protocol/runner.ts'
import { StepError } from '../protocol/error.ts'

/** How the healthcheck of a container stands, with the last words of one that fails; StepError where it has none. */
export function healthOf({ State, Config }: Docker.ContainerInspectInfo, name: string): Health {
  const test = Config.Healthcheck?.Test ?? []
  if (!test.length || test[0] === 'NONE')
    throw new StepError('bad-condition', `the container ${name} has no healthcheck`, 'Give its fence one, or wait for something else: until=http=200@…')
  if (!State.Running)
    return { ok: false, detail: `${name} does not run` }
  const { Status = 'starting', Log = [] } = State.Health ?? {}
  const last = Log?.at(-1)
  const words = last && last.ExitCode !== 0 ? `: ${last.Output.trim().split('\n').at(-1) || `its test ends with ${last.ExitCode}`}` : ''
  return { ok: Status === 'healthy', detail: Status + words }
}
