import { describe, expect, it } from 'vitest'
import { SUBPROTOCOL, TOKEN_PREFIX } from '../../../../runners/protocol/wire.ts'
import { createToken, tokenFromProtocols, tokenMatches } from '../../../../runners/service/wire/token.ts'

describe('the token', () => {
  it('has 256 bits, another each time', () => {
    expect(createToken()).toMatch(/^[\w-]{43}$/)
    expect(new Set(Array.from({ length: 100 }, createToken)).size).toBe(100)
  })

  it('matches itself only', () => {
    const token = createToken()
    expect(tokenMatches(token, token)).toBe(true)
    for (const given of ['', token.slice(1), `${token} `, createToken(), token.toUpperCase(), 'ü'])
      expect(tokenMatches(token, given)).toBe(false)
  })

  it('is found among the sub-protocols', () => {
    expect(tokenFromProtocols(`${SUBPROTOCOL}, ${TOKEN_PREFIX}abc`)).toBe('abc')
    expect(tokenFromProtocols(`${TOKEN_PREFIX}abc`)).toBe('abc')
    expect(tokenFromProtocols(SUBPROTOCOL)).toBeUndefined()
    expect(tokenFromProtocols(`x${TOKEN_PREFIX}abc`)).toBeUndefined()
    expect(tokenFromProtocols(undefined)).toBeUndefined()
  })
})
