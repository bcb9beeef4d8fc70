import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { settingsSchema } from '../../../runners/protocol/headmatter.ts'
import { PAGERS, shellEnvironment } from '../../../runners/shell/environment.ts'

it('gives container programs a configuration that is there: Podman fails without the file', async () => {
  const privateDir = await mkdtemp(join(tmpdir(), 'kamishibai-environment-'))
  onTestFinished(() => rm(privateDir, { recursive: true, force: true }))
  const { DOCKER_CONFIG } = shellEnvironment({ env: { PATH: '/bin', HOME: privateDir }, privateDir, settings: { env: [] } } as never)
  expect(DOCKER_CONFIG).toContain(privateDir)
  expect(JSON.parse(await readFile(join(DOCKER_CONFIG!, 'config.json'), 'utf8'))).toEqual({})
})

it('takes pagers away from a run, where nobody can turn their pages', async () => {
  const privateDir = await mkdtemp(join(tmpdir(), 'kamishibai-environment-'))
  onTestFinished(() => rm(privateDir, { recursive: true, force: true }))
  const config = { sessionId: 'test', deckDir: privateDir, privateDir, settings: settingsSchema.parse({}), labels: {}, env: { HOME: join(privateDir, 'nobody') } }
  expect(PAGERS.map(name => shellEnvironment(config, 'run')[name])).toEqual(PAGERS.map(() => 'cat'))
  expect(PAGERS.filter(name => name in shellEnvironment(config, 'terminal'))).toEqual([])
})
