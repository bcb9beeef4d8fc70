import { expect, it } from 'vitest'
import { toFault } from '../../../runners/http/faults.ts'

it.for([
  ['ECONNREFUSED', 'refused', 'the connection was refused'],
  ['ENOTFOUND', undefined, 'web:80'],
  ['EAI_AGAIN', undefined, 'web:80'],
  ['ECONNRESET', 'cut off', 'closed the connection'],
  ['EPIPE', 'cut off', 'closed the connection'],
  ['EHOSTUNREACH', 'no way there', 'no way to web:80'],
  ['ENETUNREACH', 'no way there', 'no way to web:80'],
  ['EPROTO', 'no HTTP', 'is not HTTP'],
  ['HPE_INVALID_CONSTANT', 'no HTTP', 'is not HTTP'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'no HTTP', 'is not HTTP'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'not trusted', 'is not trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'not trusted', 'is not trusted'],
  ['CERT_HAS_EXPIRED', 'not trusted', 'is not trusted'],
] as const)('%s is said in words', ([code, word, message]) => {
  const cause = Object.assign(new Error('as Node says it'), { code })
  const fault = toFault(cause, 'web:80')
  expect(fault).toMatchObject({ code: 'unreachable', message: expect.stringContaining(message), hint: expect.stringMatching(/./), cause })
  expect(fault.word).not.toBe('as Node says it')
  if (word)
    expect(fault.word).toBe(word)
})

it('what no word is known for is told as it is', () => {
  expect(toFault(new Error('odd'), 'web:80')).toMatchObject({ word: 'odd', message: 'the request to web:80 failed: odd' })
})

it('a time limit that has passed is the reason, whatever else is said', () => {
  expect(toFault(Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'web:80', 1500)).toMatchObject({ message: 'web:80 does not answer within 1.5 s' })
})
