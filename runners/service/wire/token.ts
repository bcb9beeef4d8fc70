import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { TOKEN_PREFIX } from '../../protocol/wire.ts'

/** A new driver token: 256 bits, base64url. */
export function createToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares in constant time, whatever the lengths. */
export function tokenMatches(expected: string, given: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected), digest(given))
}

/** The token among the offered sub-protocols (`Sec-WebSocket-Protocol`), if there is one. */
export function tokenFromProtocols(header: string | undefined): string | undefined {
  return header?.split(',').map(protocol => protocol.trim()).find(protocol => protocol.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length)
}
