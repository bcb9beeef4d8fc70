import type { Step } from '../../runners/protocol/step.ts'
import type { Subject } from './_contract.ts'
import { describe, inject } from 'vitest'
import { step } from '../_session.ts'
import { adminOf, configFor } from '../kubernetes/_cluster.ts'
import { describeRunner } from './_contract.ts'

const cluster = inject('cluster')!
const IMAGE = 'kamishibai/demo:1'

/** A pod of the demo image that sleeps. */
function pod(name: string, more = ''): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - {name: main, image: '${IMAGE}', command: [sleep, '3600']${more}}
`
}

const NEVER = ', readinessProbe: {exec: {command: ["false"]}}'

describe.skipIf(!cluster)('on a cluster', () => {
  const common: Pick<Subject, 'config' | 'left'> = {
    config: () => configFor(cluster),
    left: async ({ sessionId }) => (await adminOf(cluster)).left(sessionId),
  }

  const apply = (id: string, code: string, options: Partial<Step> = {}): Step =>
    step(id, { verb: 'apply', runner: 'kubernetes', lang: 'yaml', code, visible: code, expect: [], until: [{ text: `pods=1/1@app=${id}`, type: 'pods', ready: 1, total: 1, selector: `app=${id}` }], timeoutMs: 60_000, ...options })

  describeRunner('yaml {apply}', async () => ({
    ...common,
    good: apply('good', pod('good')),
    passes: 'ready' as const,
    bad: apply('bad', pod('bad', ', securityContext: {privileged: true}')),
    lasting: apply('lasting', pod('lasting', NEVER)),
    late: apply('late', pod('late', NEVER), { timeoutMs: 5000 }),
    broken: apply('broken', 'apiVersion: no.such/v1\nkind: Thing\nmetadata: {name: thing}\n'),
  }), 180_000)

  const exec = (id: string, code: string, options: Partial<Step> = {}): Step =>
    step(id, { verb: 'exec', runner: 'kubernetes', in: 'pod/box', needs: ['box'], code, timeoutMs: 60_000, ...options })

  describeRunner('sh {exec in=pod/…}', async () => ({
    ...common,
    needed: [apply('box', pod('box'))],
    good: exec('good', 'hostname; stty size'),
    bad: exec('bad', 'echo no; exit 3'),
    lasting: exec('lasting', 'echo up; sleep 1000'),
    shown: /up/,
    late: exec('late', 'echo soon; sleep 1000', { timeoutMs: 5000 }),
    broken: exec('broken', 'true', { in: 'pod/nobody', needs: [] }),
  }), 180_000)
})
