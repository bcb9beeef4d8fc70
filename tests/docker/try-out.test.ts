import { describe, expect, inject, it } from 'vitest'
import createDockerRunner from '../../runners/docker/runner.ts'
import { LABELS } from '../../runners/protocol/runner.ts'
import { configOf, engineAt } from './_runners.ts'

const dockerHost = inject('dockerHost')

describe.skipIf(!dockerHost)('trying an engine out', () => {
  it('makes a network and a container, and leaves nothing', async () => {
    const config = await configOf(dockerHost)
    const { tryOut } = createDockerRunner(config)
    expect(await tryOut!('kamishibai/base:1')).toBeUndefined()
    expect(await tryOut!()).toBeUndefined()
    expect(await tryOut!('kamishibai/none-such:1')).toMatch(/^it cannot run a container of kamishibai\/none-such:1: .*no such image/i)
    const docker = engineAt(dockerHost!)
    const filters = { label: [`${LABELS.session}=${config.sessionId}`] }
    expect(await docker.listContainers({ all: true, filters })).toEqual([])
    expect(await docker.listNetworks({ filters: JSON.stringify(filters) as never })).toEqual([])
  })
})
