import type { Runner } from '../../../runners/protocol/runner.ts'
import type { SweepReport } from '../../../runners/protocol/sweep.ts'
import Docker from 'dockerode'
import { expect, it } from 'vitest'
import { createConnection } from '../../../runners/docker/connection.ts'
import createDockerRunner from '../../../runners/docker/runner.ts'
import { settingsSchema } from '../../../runners/protocol/headmatter.ts'
import { LABELS } from '../../../runners/protocol/runner.ts'

interface Refusal { statusCode?: number }

/** What the engine's API is asked: the client itself is the real one. */
interface Call { method: string, path: string }

const IN_USE: Refusal = { statusCode: 409 }

/** An engine with one container in one network and one volume, which it does not disconnect at once. */
function fakeEngine(refusals: Refusal[]) {
  const objects = new Set(['container', 'network', 'volume'])
  const Labels = { [LABELS.session]: 'dead', [LABELS.owner]: 'gone' }
  const of = (kind: string): object[] => objects.has(kind) ? [{ Id: kind, Name: kind, Names: [`/${kind}`], Labels }] : []

  function answer({ method, path }: Call): unknown {
    switch (`${method} ${path.split('?')[0]}`) {
      case 'GET /containers/json': return of('container')
      case 'GET /networks': return of('network')
      case 'GET /volumes': return { Volumes: of('volume') }
      case 'GET /images/json': return []
      case 'GET /networks/network': return { Containers: { container: {} } }
      case 'DELETE /containers/container': return objects.delete('container')
      case 'DELETE /networks/network': return objects.delete('network')
      case 'DELETE /volumes/volume':
        if (objects.has('network'))
          throw Object.assign(new Error('in use'), IN_USE)
        return objects.delete('volume')
      case 'POST /networks/network/disconnect': {
        const refusal = refusals.shift()
        if (refusal)
          throw Object.assign(new Error('marked for removal and cannot be connected or disconnected to the network'), refusal)
        return undefined
      }
      default: throw new Error(`the fake engine knows no ${method} ${path}`)
    }
  }

  const docker = new Docker({ socketPath: '/no/engine.sock' })
  docker.modem.dial = (call: Call, done: (error: unknown, body?: unknown) => void) => {
    try {
      done(null, answer(call))
    }
    catch (error) {
      done(error)
    }
  }
  return { docker, has: () => [...objects] }
}

function runnerOf(docker: Docker): Runner {
  const env = { DOCKER_HOST: 'unix:///no/engine.sock' }
  const config = { sessionId: 'test', deckDir: '/no/deck', privateDir: '/no/folder', settings: settingsSchema.parse({}), labels: {}, env }
  return createDockerRunner(config, { connection: createConnection(config, async () => docker) })
}

function sweep(docker: Docker): Promise<SweepReport> {
  return runnerOf(docker).sweep!({ keep: () => undefined, dryRun: false, folders: new Map() })
}

it('a sweep goes on where the engine refuses something for the moment, with whatever status', async () => {
  const { docker, has } = fakeEngine([{ statusCode: 500 }, { statusCode: 409 }])
  const { kept, removed } = await sweep(docker)
  expect(kept).toEqual([])
  expect(removed.map(({ kind }) => kind).sort()).toEqual(['container', 'network', 'volume'])
  expect(has()).toEqual([])
})

it('a sweep fails where the engine does not answer', async () => {
  await expect(sweep(fakeEngine([{}]).docker)).rejects.toThrow('marked for removal')
})
