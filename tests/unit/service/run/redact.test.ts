import type { LogEvent } from '../../../../runners/protocol/event.ts'
import type { Recording } from '../../../../runners/protocol/recording.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identityRules, placeRules, redactRecording } from '../../../../runners/service/run/redact-recording.ts'
import { createRedactor } from '../../../../runners/service/run/redact.ts'
import { exits, sessionOf, step } from '../../../_session.ts'

const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${'b3BlbnNzaC1r'.repeat(20)}\n-----END OPENSSH PRIVATE KEY-----`
const JWT = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`
const env = { GITHUB_TOKEN: 'ghp_0123456789', DB_PASSWORD: 'hunter2hunter2', SHORT_TOKEN: 'abc', PATH: '/usr/bin:/bin' }

function streamed(chunks: string[], redactor = createRedactor({ env, patterns: ['corp-\\d+'] })): string {
  const stream = redactor.stream()
  return chunks.map(chunk => stream.push(chunk)).join('') + stream.flush()
}

describe('a redactor', () => {
  const { text, payload } = createRedactor({ env, patterns: ['corp-\\d+', '/Geheim \\w+/i'] })

  it.each([
    ['the value of a variable with a secret name', 'token=ghp_0123456789!', 'token=[redacted]!'],
    ['every one of them', 'ghp_0123456789 hunter2hunter2', '[redacted] [redacted]'],
    ['a pattern of the deck', 'ask corp-4711', 'ask [redacted]'],
    ['a pattern with flags', 'geheim Wort', '[redacted]'],
    ['a bearer token', 'Authorization: Bearer abcdefgh.ij-kl', 'Authorization: Bearer [redacted]'],
    ['a JSON web token', `got ${JWT} here`, 'got [redacted] here'],
    ['a private key', `a\n${KEY}\nb`, 'a\n[redacted]\nb'],
    ['a value with colours in it', 'is \x1B[1mghp_\x1B[0m0123456789!', 'is \x1B[1m[redacted]!'],
    ['a value as a Secret of Kubernetes has it', `password: ${btoa('hunter2hunter2')}`, 'password: [redacted]'],
  ])('takes out %s', (_, given, expected) => {
    expect(text(given)).toBe(expected)
  })

  it('leaves ordinary words alone', () => {
    const plain = 'abc /usr/bin:/bin the bearer of news; -----BEGIN CERTIFICATE-----'
    expect(text(plain)).toBe(plain)
  })

  it('reaches into every string of an event, and leaves its numbers', () => {
    expect(payload({ type: 'error', code: 'exit-code', message: 'no ghp_0123456789', hint: '' })).toEqual({ type: 'error', code: 'exit-code', message: 'no [redacted]', hint: '' })
    expect(payload({ type: 'exit', code: 3 })).toEqual({ type: 'exit', code: 3 })
  })
})

describe('output in pieces', () => {
  it('hides a secret wherever it is cut', () => {
    const secrets = ['ghp_0123456789', `Bearer ${'x'.repeat(30)}`, JWT, KEY]
    fc.assert(fc.property(fc.constantFrom(...secrets), fc.array(fc.nat(400), { maxLength: 4 }), (secret, cuts) => {
      const whole = `before ${secret} after\n`
      const places = [...new Set(cuts.map(cut => cut % whole.length))].sort((a, b) => a - b)
      const chunks = [0, ...places].map((from, i) => whole.slice(from, places[i] ?? whole.length))
      expect(streamed(chunks)).toBe(streamed([whole]))
      expect(streamed(chunks)).toContain('[redacted]')
    }), { numRuns: 1000 })
  })

  it('hides a key that ends where a piece does', () => {
    expect(streamed([KEY, ' after\n'])).toBe('[redacted] after\n')
  })

  it('hides what a pattern of the deck names where a buffer cut it', () => {
    const line = `${'.'.repeat(1500)}corp-1`
    expect(streamed([line, '234 x\n'])).toBe(`${'.'.repeat(1500)}[redacted] x\n`)
  })

  /** What is shown of a text that comes one character at a time, with a pause after each. */
  function typed(text: string): string {
    const stream = createRedactor({ env }).stream()
    return [...text].map(character => stream.push(character) + stream.idle()).join('') + stream.flush()
  }

  it.each([
    ['the value of a variable', 'is ghp_0123456789!\n', 'is ghp[redacted]!\n'],
    ['a bearer token', 'Bearer abcdef0123456789 ok\n', 'Bearer [redacted] ok\n'],
    ['a JSON web token', `${JWT} ok\n`, 'eyJ[redacted] ok\n'],
    ['a private key', `${KEY}\nok\n`, '-----BEGIN[redacted]\nok\n'],
    ['a private key that does not end', KEY.slice(0, 100), '-----BEGIN[redacted]'],
  ])('shows no more than the first letters of %s, however slowly it comes', (_, text, shown) => {
    expect(typed(text)).toBe(shown)
  })

  it('shows what looked like a secret, and is none', () => {
    expect(typed('ghp_9 bearer of eyJ -----BEGIN CERTIFICATE-----\n')).toBe('ghp_9 bearer of eyJ -----BEGIN CERTIFICATE-----\n')
  })

  it.each([['a deck without patterns', []], ['one with a pattern', ['corp-\\d+']]])('shows at once what begins no secret, in %s', (_, patterns) => {
    const stream = createRedactor({ env, patterns }).stream()
    for (const key of 'mv /tm\r')
      expect(stream.push(key)).toBe(key)
  })

  it('keeps a long line back only where a pattern may name what follows', () => {
    const line = '.'.repeat(1500)
    expect(createRedactor({ env }).stream().push(line)).toBe(line)
    expect(createRedactor({ env, patterns: ['corp-\\d+'] }).stream().push(line)).toBe('')
  })

  it('changes nothing else', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary-ascii' })), (chunks) => {
      const whole = chunks.join('')
      expect(streamed(chunks)).toBe(createRedactor({ env, patterns: ['corp-\\d+'] }).text(whole))
    }))
  })
})

describe('a recording', () => {
  const recording = (...chunks: string[]): Recording => ({
    header: { step: 'a', hash: '0', recordedAt: '2026-01-01T00:00:00Z', engines: {}, images: {}, durationMs: 1, phase: 'exited', expectations: [] },
    cols: 80,
    rows: 5,
    events: chunks.map((data, i): LogEvent => ({ type: 'output', data, seq: i + 1, at: i })),
  })
  const chunksOf = ({ events }: Recording): string[] => events.map(event => event.type === 'output' ? event.data : '')
  const rules = identityRules({ login: 'mkato', host: 'mkato-mbp.local', home: '/Users/mkato' })

  it('does not tell who made it, and where', () => {
    const written = redactRecording(recording('/Users/mkato/talk on mkato-mbp.local (mkato-mbp) by mkato; mkato-mbps stays\r\n'), rules)
    expect(chunksOf(written)).toEqual(['/home/speaker/talk on laptop (laptop) by speaker; mkato-mbps stays\r\n'])
  })

  it('names the folders of deck and session alike on every machine', () => {
    const on = (deckDir: string, privateDir: string): string[] =>
      chunksOf(redactRecording(recording(`${deckDir}/app ${privateDir}/home ${deckDir}-x\r\n`), placeRules({ deckDir, privateDir })))
    expect(on('/srv/talks/k8s', '/tmp/kamishibai-0a1b2c3d')).toEqual(['/home/speaker/k8s/app /tmp/kamishibai/home /srv/talks/k8s-x\r\n'])
    expect(on('/app', '/var/folders/x/kamishibai-1')).toEqual(['/app/app /tmp/kamishibai/home /app-x\r\n'])
  })

  it('keeps its events where a name lies across them', () => {
    expect(chunksOf(redactRecording(recording('I am mk', 'a', 'to.\r\n'), rules))).toEqual(['I am speaker', '', '.\r\n'])
  })

  it('keeps the names of containers’ own users', () => {
    expect(identityRules({ login: 'root', host: 'localhost', home: '/root' })).toEqual([])
  })
})

it('hides secrets from the log of a run, also in what came last', async () => {
  const secret = step('a')
  const session = await sessionOf([secret], async (context, s) => {
    context.emit({ type: 'output', data: 'Bearer abcd' })
    context.emit({ type: 'output', data: 'efghijkl' })
    await exits()(context, s)
  })
  const run = session.start('a')
  await run.moment
  expect(run.log.text()).toBe('Bearer [redacted]')
  await session.close()
})
