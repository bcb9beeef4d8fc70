import type { RunnerConfig } from '../../runners/protocol/runner.ts'
import type { Step } from '../../runners/protocol/step.ts'
import { beforeAll, describe, inject } from 'vitest'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { step } from '../_session.ts'
import { containerStep, engineAt, leftOf } from '../docker/_runners.ts'
import { describeRunner } from './_contract.ts'

const dockerHost = inject('dockerHost')!
const IMAGE = 'kamishibai/demo:1'
const EXITS = [{ text: 'exit=0', type: 'exit', code: 0, not: false }] satisfies Step['expect']

describe.skipIf(!dockerHost)('on a Docker engine', () => {
  beforeAll(() => buildDemoImage(engineAt(dockerHost), { log: () => {} }))
  const left = ({ sessionId }: RunnerConfig): Promise<string[]> => leftOf(engineAt(dockerHost), sessionId)
  const common = { dockerHost, left }

  const container = (id: string, script: string, options: Partial<Step> = {}): Step => containerStep(id, { command: ['sh', '-c', script] }, options)
  describeRunner('yaml {container}', async () => ({
    ...common,
    good: container('good', 'printf "\\033[31mred\\033[0m 日本\\r\\n"; stty size'),
    bad: container('bad', 'echo no; exit 3'),
    lasting: container('lasting', 'echo up; sleep 1000', { timeoutMs: 60_000 }),
    shown: /up/,
    late: container('late', 'echo soon; sleep 1000', { timeoutMs: 2500 }),
    broken: containerStep('broken', { image: 'kbt/no-such-image:1' }),
  }))

  describeRunner('yaml {container} that serves', async () => ({
    ...common,
    good: container('good', 'echo up; sleep 1000', { until: [{ text: 'match=/up/', type: 'match', source: 'up', flags: '' }] }),
    passes: 'ready' as const,
    bad: container('bad', 'echo no', { until: [{ text: 'match=/up/', type: 'match', source: 'up', flags: '' }] }),
    lasting: container('lasting', 'echo up; sleep 1000', { timeoutMs: 60_000 }),
    shown: /up/,
    late: container('late', 'sleep 1000', { until: [{ text: 'match=/up/', type: 'match', source: 'up', flags: '' }], timeoutMs: 2500 }),
    broken: containerStep('broken', { image: 'kbt/no-such-image:1' }),
  }))

  const build = (id: string, code: string, options: Partial<Step> = {}): Step =>
    step(id, { verb: 'build', runner: 'docker', lang: 'dockerfile', code, visible: code, expect: [], timeoutMs: 60_000, ...options })
  describeRunner('dockerfile {build}', async () => ({
    ...common,
    good: build('good', `FROM ${IMAGE}\nRUN echo built`, { tag: 'kbt/contract:1' }),
    bad: build('bad', `FROM ${IMAGE}\nRUN exit 3`),
    lasting: build('lasting', `FROM ${IMAGE}\nRUN echo up && sleep 1000`),
    shown: /RUN echo up/,
    late: build('late', `FROM ${IMAGE}\nRUN sleep 1000`, { timeoutMs: 2500 }),
    broken: build('broken', 'FROM kbt/no-such-image:1'),
  }))

  const exec = (id: string, code: string, options: Partial<Step> = {}): Step =>
    step(id, { verb: 'exec', runner: 'docker', in: 'box', needs: ['box'], code, expect: EXITS, timeoutMs: 20_000, ...options })
  describeRunner('sh {exec}', async () => ({
    ...common,
    needed: [container('box', 'echo up; sleep 1000', { until: [{ text: 'match=/up/', type: 'match', source: 'up', flags: '' }], timeoutMs: 20_000 })],
    good: exec('good', 'hostname; stty size'),
    bad: exec('bad', 'echo no; exit 3'),
    lasting: exec('lasting', 'echo up; sleep 1000', { timeoutMs: 60_000 }),
    shown: /up/,
    late: exec('late', 'echo soon; sleep 1000', { timeoutMs: 2500 }),
    broken: exec('broken', 'true', { in: 'nobody', needs: [] }),
  }))
})
