import { Buffer } from 'node:buffer'
import { lookup } from 'node:dns/promises'
import { BlockList, isIPv6 } from 'node:net'

/** A file of the internet. */
export interface PublicFile { type: string, body: Buffer }

/** Gets a file; rejects where it cannot be had. */
export type GetFile = (url: string) => Promise<PublicFile>

/** What a page shows; a page or a program is not fetched for it. */
const RE_TYPE = /^(?:image\/|font\/|text\/css\b|application\/(?:font|x-font|vnd\.ms-fontobject))/
const TIMEOUT = 10_000
const MOST_BYTES = 32 * 1024 * 1024
const MOST_REDIRECTS = 5
/** Providers of fonts give the newest format only to a browser that they know. */
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

/** Addresses of this machine and of networks around it: what a deck names there is not for its pages (RFC 6890). */
const INNER = new BlockList()
for (const [net, bits] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.168.0.0', 16], ['224.0.0.0', 3]] as const)
  INNER.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [['::', 127], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8]] as const)
  INNER.addSubnet(net, bits, 'ipv6')

/** Gets a picture, a font or a style sheet from the internet, never from this machine or the networks around it. */
export const getPublicFile: GetFile = async (address) => {
  let url = new URL(address)
  for (let n = 0; n <= MOST_REDIRECTS; n++) {
    await checkPublic(url)
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT), headers: { 'User-Agent': BROWSER } })
    const location = answer.headers.get('location')
    if (answer.status < 300 || answer.status >= 400 || !location)
      return readFileOf(answer)
    url = new URL(location, url)
  }
  throw new Error('it is redirected too often')
}

async function checkPublic({ protocol, hostname }: URL): Promise<void> {
  if (!/^https?:$/.test(protocol))
    throw new Error(`${protocol} is not fetched`)
  const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true })
  if (found.some(({ address }) => isInner(address)))
    throw new Error('it is not on the internet')
}

/** Whether an address is one of this machine or of a network around it. */
export function isInner(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped ? isInner(mapped) : INNER.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

async function readFileOf(answer: Response): Promise<PublicFile> {
  const type = answer.headers.get('content-type') ?? ''
  if (!answer.ok)
    throw new Error(`it is answered with ${answer.status}`)
  if (!RE_TYPE.test(type))
    throw new Error(`it is no picture, font or style, but ${type || 'of no type'}`)
  if (Number(answer.headers.get('content-length') ?? 0) > MOST_BYTES)
    throw new Error('it is too large')
  const body = Buffer.from(await answer.arrayBuffer())
  if (body.length > MOST_BYTES)
    throw new Error('it is too large')
  return { type, body }
}
