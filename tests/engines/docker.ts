import process from 'node:process'
import Docker from 'dockerode'
import { resolveEndpoint, toDockerOptions } from '../../runners/docker/endpoint.ts'

/** The engine of this machine, or why there is none; under CI a missing engine is an error. */
export async function findDocker(): Promise<Docker | undefined> {
  const endpoint = resolveEndpoint(process.env)
  try {
    const docker = new Docker(toDockerOptions(endpoint!))
    const { Version } = await docker.version()
    console.log(`docker tests: engine ${Version} at ${endpoint!.url}`)
    return docker
  }
  catch (error) {
    if (process.env.CI)
      throw new Error('no Docker engine answers, and under CI nothing is skipped', { cause: error })
    console.log('docker tests are skipped: no Docker engine answers')
    return undefined
  }
}
