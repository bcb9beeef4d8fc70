import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBy, parseRate, parseRequests } from '../../../../runners/deck/formats/request.ts'

describe('an .http text', () => {
  it.each([
    ['GET http://localhost:8080/a?b=c', { method: 'GET', url: 'http://localhost:8080/a?b=c', headers: [] }],
    ['http://localhost:8080', { method: 'GET', url: 'http://localhost:8080/', headers: [] }],
    ['DELETE https://example.test/x HTTP/1.1', { method: 'DELETE', url: 'https://example.test/x', headers: [] }],
    ['web:8080/health', { method: 'GET', url: 'http://web:8080/health', headers: [] }],
    ['GET /x HTTP/1.1\nHost: localhost:9\nAccept: text/plain', { method: 'GET', url: 'http://localhost:9/x', headers: [['Accept', 'text/plain']] }],
    ['GET http://a/\nHost: other', { method: 'GET', url: 'http://a/', headers: [['Host', 'other']] }],
    ['GET pod/web-1:8080/x', { method: 'GET', url: 'http://web-1:8080/x', via: 'pod/web-1:8080', headers: [] }],
    ['http://service/web/', { method: 'GET', url: 'http://web/', via: 'service/web', headers: [] }],
    ['# asks\n// politely\nPOST http://a/\n# with\nX-One: 1\nX-One:  2 \n\n{"a": 1}\n# body\n\n', { method: 'POST', url: 'http://a/', headers: [['X-One', '1'], ['X-One', '2']], body: '{"a": 1}\n# body' }],
  ])('reads %j', (code, request) => {
    expect(parseRequests(code)).toEqual({ requests: [request] })
  })

  it('holds several requests between lines of ###', () => {
    const code = '### first\nGET http://a/\n\n###\n\nPOST http://b/\n\nbody\n### nothing\n'
    expect(parseRequests(code)).toEqual({ requests: [
      { method: 'GET', url: 'http://a/', headers: [] },
      { method: 'POST', url: 'http://b/', headers: [], body: 'body' },
    ] })
  })

  it.each([
    ['', 1, /there is no request/],
    ['# only a comment', 1, /there is no request/],
    ['GET http://a/\n\n###\nget http://a/', 4, /get is no method/],
    ['FOO bar', 1, /FOO is no method/],
    ['GET http://a/\nno header', 2, /"no header" is no header/],
    ['GET http://a/\nContent-Length: 3', 2, /Content-Length is not the request's to set/],
    ['GET /path', 1, /\/path is no address/],
    ['GET ftp://a/', 1, /ftp:\/\/a\/ is no address/],
    ['GET http://user:pass@a/', 1, /is no address/],
    ['GET {{host}}/', 1, /\{\{host\}\}\/ is no address/],
    ['@host = a\nGET http://a/', 1, /is no request/],
    ['POST http://a/\n\n< ./file', 3, /a body from a file/],
  ])('%j is wrong in line %i', (code, line, message) => {
    expect(parseRequests(code)).toEqual({
      mistakes: [expect.objectContaining({ line, message: expect.stringMatching(message) as string })],
    })
  })

  it('never throws, and every mistake has a line of the text', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('###', 'GET http://a/', 'a: b', '', '< x', 'pod/a:1', 'GET pod/'))), (lines) => {
      const parsed = parseRequests(lines.join('\n'))
      const count = lines.join('\n').split('\n').length
      return 'requests' in parsed ? parsed.requests.every(r => URL.canParse(r.url)) : parsed.mistakes.every(m => m.line >= 1 && m.line <= count)
    }))
  })
})

it('reads a rate and says what is none', () => {
  expect([parseRate('10/s'), parseRate('90/m'), parseRate('0.5/s')]).toEqual([10, 1.5, 0.5])
  for (const text of ['10', '0/s', '5000/s', '10/h', 's'])
    expect(() => parseRate(text)).toThrow(/is no rate/)
})

it('reads who answered', () => {
  expect(parseBy('header:X-Served-By')).toBe('x-served-by')
  for (const text of ['x-served-by', 'header:', 'header:a b'])
    expect(() => parseBy(text)).toThrow(/header:/)
})
