import type Docker from 'dockerode'
import { expect, it } from 'vitest'
import { sweepByLabel } from '../../../runners/docker/sweep.ts'

/** An engine with one container in one network and one volume, which it does not disconnect at once. */
function engine(refusals: { statusCode?: number }[]): { docker: Docker, has: () => string[] } {
  const objects = new Set(['container', 'network', 'volume'])
  const of = (kind: string): object[] => objects.has(kind) ? [{ Id: kind, Name: kind, Names: [`/${kind}`], Labels: {} }] : []
  const remove = (kind: string, needs?: string) => ({
    async remove() {
      if (needs && objects.has(needs))
        throw Object.assign(new Error('in use'), { statusCode: 409 })
      objects.delete(kind)
    },
  })
  const docker = {
    listContainers: async () => of('container'),
    listNetworks: async () => of('network'),
    listVolumes: async () => ({ Volumes: of('volume') }),
    listImages: async () => [],
    getContainer: () => remove('container'),
    getVolume: () => remove('volume', 'network'),
    getNetwork: () => ({
      ...remove('network'),
      inspect: async () => ({ Containers: { container: {} } }),
      async disconnect() {
        const refusal = refusals.shift()
        if (refusal)
          throw Object.assign(new Error('marked for removal and cannot be connected or disconnected to the network'), refusal)
      },
    }),
  }
  return { docker: docker as unknown as Docker, has: () => [...objects] }
}

it('a sweep goes on where the engine refuses something for the moment, with whatever status', async () => {
  const { docker, has } = engine([{ statusCode: 500 }, { statusCode: 409 }])
  const { left, removed } = await sweepByLabel(docker, 'a=b')
  expect(left).toEqual([])
  expect(removed).toHaveLength(3)
  expect(has()).toEqual([])
})

it('a sweep fails where the engine does not answer', async () => {
  await expect(sweepByLabel(engine([{}]).docker, 'a=b')).rejects.toThrow('marked for removal')
})
