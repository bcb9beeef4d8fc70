import type { ErrorCode } from '../../../runners/protocol/error.ts'
import { expect, it } from 'vitest'
import { ERRORS, kindOf, StepError, toErrorInfo } from '../../../runners/protocol/error.ts'

const codes = Object.keys(ERRORS) as ErrorCode[]

it('tells a mistake in the call or the deck by exit code 2', () => {
  expect(codes.filter(code => ERRORS[code].exit === 2)).toEqual([
    'bad-container',
    'bad-context',
    'bad-deck',
    'bad-file',
    'bad-manifest',
    'bad-message',
    'bad-option',
    'bad-output',
    'bad-request',
    'changed-meanwhile',
    'name-taken',
    'not-allowed',
    'not-found',
    'not-granted',
    'not-own',
    'outside-deck',
    'policy-refused',
    'unknown-step',
    'usage',
  ])
})

it('takes a failure that an engine told or may have caused for a sign of a lost engine, and no other', () => {
  const signs = codes.filter(code => kindOf(code)?.engine)
  expect(signs).toEqual(expect.arrayContaining(['exit-code', 'expectation', 'exited-early', 'engine-refused', 'not-found']))
  expect(signs).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(?:cancelled|timeout|engine-lost|needs-failed|bad-manifest|usage)$/)]))
})

it('knows nothing of a code of another version', () => {
  expect(['constructor', 'failed', 'bad-input', ''].map(kindOf)).toEqual([undefined, undefined, undefined, undefined])
})

it('carries an error over the wire with its line and parameters, and one of another kind as internal', () => {
  expect(toErrorInfo(new StepError('timeout', 'm', 'h', { line: 2, params: { seconds: 3 } }))).toEqual({ code: 'timeout', message: 'm', hint: 'h', line: 2, params: { seconds: 3 } })
  expect(toErrorInfo(new StepError('usage', 'm'))).toEqual({ code: 'usage', message: 'm', hint: '' })
  expect(toErrorInfo(new TypeError('m'))).toEqual({ code: 'internal', message: 'm', hint: '' })
  expect(toErrorInfo('m')).toEqual({ code: 'internal', message: 'm', hint: '' })
  expect(toErrorInfo(Object.assign(new Error('m'), { name: 'StepError', code: 'usage', hint: 'h' }))).toEqual({ code: 'usage', message: 'm', hint: 'h' })
})
