import type { CheckedStep } from '../../../../runners/cli/check/checked-step.ts'
import { expect, it } from 'vitest'
import { formatJunit } from '../../../../runners/cli/check/junit.ts'

const base: CheckedStep = { id: 'a', slide: 1, ok: true, phase: 'exited', durationMs: 1500, expectations: [], recording: null }

function xmlOf(steps: CheckedStep[], problems: Parameters<typeof formatJunit>[0]['problems'] = []): string {
  return formatJunit({ deck: 'talk', mode: 'live', ok: true, problems, steps }, { dir: '/talks' })
}

it('is a case a step, with what it took', () => {
  const xml = xmlOf([base, { ...base, id: 'b', durationMs: 500 }])
  expect(xml).toContain('<testsuites name="kamishibai check" tests="2" failures="0" skipped="0" errors="0" time="2.000">')
  expect(xml).toContain('<testcase name="a" classname="talk.live" time="1.500"/>')
})

it('counts what failed and what was skipped, and says why', () => {
  const xml = xmlOf([
    { ...base, ok: false, error: { code: 'exit-code', message: 'it ended', hint: 'Look.' }, expectations: [{ text: 'exit=0', ok: false, detail: '3' }], output: ['<b>'] },
    { ...base, id: 'b', skipped: { code: 'requires', message: 'no vm' } },
    // With --require what this machine lacks is a failure.
    { ...base, id: 'c', ok: false, skipped: { code: 'requires', message: 'no vm' } },
  ])
  expect(xml).toContain('tests="3" failures="2" skipped="1"')
  expect(xml).toContain('<failure type="exit-code" message="it ended. Look.">✗ exit=0 (3)\n&lt;b&gt;'.replace('\n', '&#10;'))
  expect(xml).toContain('<testcase name="b" classname="talk.live" time="1.500"><skipped type="requires" message="no vm"></skipped></testcase>')
  expect(xml).toContain('<testcase name="c" classname="talk.live" time="1.500"><failure type="requires" message="no vm">')
})

it('has a case for each mistake, and warnings as output', () => {
  const at = { file: 'deck.md', line: 3, column: 5, code: 'no-id', message: 'no id' }
  const xml = xmlOf([], [{ ...at, severity: 'error' }, { ...at, severity: 'warning', message: 'a "warning"' }])
  expect(xml).toContain('tests="1" failures="1"')
  expect(xml).toMatch(/<testcase name="deck\.md:3:5" classname="talk\.live" time="0\.000" file="[^"]*deck\.md"><failure type="no-id" message="no id">/)
  expect(xml).toMatch(/<system-out>.*a &quot;warning&quot;/)
})

it('holds nothing that XML cannot', () => {
  expect(xmlOf([{ ...base, ok: false, output: ['a\0\x1B[31mb\uD800'] }])).toContain('a\uFFFD\uFFFD[31mb\uFFFD')
})
