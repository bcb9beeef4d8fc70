import { malformed } from '../refusal.ts'

/** The largest message that engines take, in bytes; source: BuildKit `defaults.DefaultMaxRecvMsgSize`. */
const LARGEST_MESSAGE = 16 * 1024 * 1024

/** Takes messages out of what arrives: a flag, four bytes of length, the message. */
export function createFrames(): { read: (chunk: Buffer) => Buffer[], rest: () => number } {
  let kept: Buffer = Buffer.alloc(0)
  return {
    read(chunk) {
      kept = kept.length ? Buffer.concat([kept, chunk]) : chunk
      const messages: Buffer[] = []
      while (kept.length >= 5) {
        const length = kept.readUInt32BE(1)
        if (kept[0] !== 0)
          throw malformed('the message is compressed')
        if (length > LARGEST_MESSAGE)
          throw malformed('the message is too large')
        if (kept.length < 5 + length)
          break
        messages.push(kept.subarray(5, 5 + length))
        kept = kept.subarray(5 + length)
      }
      return messages
    },
    rest: () => kept.length,
  }
}

/** A message as gRPC sends it. */
export function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}
