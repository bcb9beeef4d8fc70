import type { AddressInfo } from 'node:net'
import type { RequestSpec } from '../../runners/protocol/request-spec.ts'
import type { Step } from '../../runners/protocol/step.ts'
import type { Subject } from './_contract.ts'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import createPlainRunner from '../../docs/plain-runner.ts'
import { parseRecording } from '../../runners/protocol/parse-recording.ts'
import { canConfine } from '../_confine.ts'
import { logOf, output, recordingOf } from '../_recordings.ts'
import { step } from '../_session.ts'
import { configOf } from '../docker/_runners.ts'
import { describeRunner } from './_contract.ts'

/** Programs that were started with a file of this folder in their environment. */
function programsOf(folder: string): string[] {
  if (process.platform !== 'linux')
    return []
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : []
    }
    catch {
      return []
    }
  })
}

const WIDE = 'printf "\\033[31mred\\033[0m 日本\\r\\n"; for i in $(seq 30); do echo "line $i of a screen that scrolls"; done'

describeRunner('sh {run}', async () => ({
  good: step('good', { code: `${WIDE}; stty size` }),
  bad: step('bad', { code: 'echo no; exit 3' }),
  lasting: step('lasting', { code: '(trap "" HUP; exec sleep 1000) & echo up; sleep 1000', timeoutMs: 60_000 }),
  shown: /up/,
  late: step('late', { code: 'echo soon; sleep 1000', timeoutMs: 700 }),
  broken: step('broken', { lang: 'no-such-shell' }),
  left: async ({ privateDir }) => programsOf(privateDir),
}))

describeRunner('the runner of docs/runners.md', async () => ({
  good: step('good', { code: WIDE }),
  bad: step('bad', { code: 'echo no; exit 3' }),
  lasting: step('lasting', { code: 'echo up; sleep 1000', timeoutMs: 60_000 }),
  shown: /up/,
  late: step('late', { code: 'echo soon; sleep 1000', timeoutMs: 700 }),
  broken: step('broken', { lang: 'no-such-shell' }),
  runner: createPlainRunner,
}))

it('is the one that docs/runners.md shows', () => {
  const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(read('runners.md')) ?? []
  expect(shown).toBe(read('plain-runner.ts'))
})

const confined = await canConfine()
if (confined || process.env.CI) {
  describeRunner('sh {run}, confined', async () => ({
    good: step('good', { code: `${WIDE}; stty size` }),
    bad: step('bad', { code: 'echo no; exit 3' }),
    lasting: step('lasting', { code: '(trap "" HUP; exec sleep 1000) & echo up; sleep 1000', timeoutMs: 60_000 }),
    shown: /up/,
    late: step('late', { code: 'echo soon; sleep 1000', timeoutMs: 700 }),
    broken: step('broken', { lang: 'no-such-shell' }),
    config: () => configOf(undefined, { confine: true }),
    left: async ({ privateDir }) => programsOf(privateDir),
  }))
}

describeRunner('sh {terminal}', async () => {
  const terminal = (id: string, code: string, options: Partial<Step> = {}): Step =>
    step(id, { verb: 'terminal', code, visible: code, expect: [], until: [{ text: 'settled=300ms', type: 'settled', ms: 300 }], ...options })
  return {
    good: terminal('good', 'echo one two'),
    passes: 'ready',
    bad: terminal('bad', 'echo no', { expect: [{ text: 'match=/yes!/', type: 'match', source: 'yes!', flags: '' }] }),
    lasting: terminal('lasting', 'echo u""p; sleep 1000'),
    shown: /up/,
    late: terminal('late', 'while :; do echo more; sleep 0.1; done', { timeoutMs: 2000 }),
    broken: terminal('broken', 'true', { lang: 'no-such-shell' }),
    left: async ({ privateDir }) => programsOf(privateDir),
  }
})

describeRunner('http {request}', async (): Promise<Subject> => {
  const server = createServer((request, response) => {
    if (request.url !== '/never')
      response.writeHead(request.url === '/bad' ? 500 : 200, { 'x-served-by': 'web-1' }).end('hello\n')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const request = (id: string, url: string, options: Partial<Step> = {}): Step => {
    const requests: RequestSpec[] = [{ method: 'GET', url, headers: [] }]
    return step(id, { verb: 'request', runner: 'http', requests, expect: [{ text: 'status<400', type: 'status', op: '<', code: 400 }], ...options })
  }
  return {
    good: request('good', `${base}/`, { repeat: 3, by: 'x-served-by' }),
    bad: request('bad', `${base}/bad`),
    lasting: request('lasting', `${base}/never`, { timeoutMs: 60_000 }),
    late: request('late', `${base}/never`, { timeoutMs: 700 }),
    broken: request('broken', 'http://127.0.0.1:1/'),
    left: async () => {
      const count = await new Promise<number>((resolve, reject) =>
        server.getConnections((error, n) => (error ? reject(error) : resolve(n))),
      )
      return Array.from({ length: count }, (_, n) => `connection ${n}`)
    },
  }
})

describeRunner('replay', async (): Promise<Subject> => {
  const of = (id: string, ...timed: Parameters<typeof logOf>[0]) => recordingOf(logOf([[0, { type: 'phase', phase: 'preparing' }], [1, { type: 'phase', phase: 'running' }], ...timed]), { step: id, phase: 'exited', expectations: [] })
  const failed = (code: string) => [[60, { type: 'error', code, message: 'it did not work', hint: 'Look again.' }], [60, { type: 'phase', phase: 'failed', reason: 'it did not work', expectations: [] }]] as Parameters<typeof logOf>[0]
  const recordings = {
    good: of('good', [20, output('\x1B[31mred\x1B[0m 日本\r\n')], [30, { type: 'resource', op: 'added', ref: { kind: 'container', id: 'a1', name: 'web' }, view: { state: 'running' } }], [50, { type: 'exit', code: 0 }], [50, { type: 'phase', phase: 'exited', expectations: [] }]),
    bad: { ...of('bad', [20, output('no\r\n')], ...failed('exit-code')) },
    lasting: of('lasting', [20, output('up\r\n')], [1_000_000, output('never\r\n')]),
    late: of('late', [20, output('soon\r\n')], ...failed('timeout')),
  }
  recordings.bad.header.phase = recordings.late.header.phase = 'failed'
  return {
    mode: 'replay',
    load: async (id) => {
      if (id === 'broken')
        return parseRecording('', '')
      return recordings[id as keyof typeof recordings]
    },
    good: step('good'),
    bad: step('bad'),
    lasting: step('lasting'),
    shown: /up/,
    late: step('late'),
    broken: step('broken'),
  }
})
