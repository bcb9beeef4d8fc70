import type { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** What browsers must be told of a file; what is compressed well goes compressed. */
const TYPES: Record<string, { type: string, compress?: boolean }> = {
  '.html': { type: 'text/html; charset=utf-8', compress: true },
  '.js': { type: 'text/javascript; charset=utf-8', compress: true },
  '.css': { type: 'text/css; charset=utf-8', compress: true },
  '.json': { type: 'application/json', compress: true },
  '.svg': { type: 'image/svg+xml', compress: true },
  '.txt': { type: 'text/plain; charset=utf-8', compress: true },
  '.wasm': { type: 'application/wasm', compress: true },
  '.png': { type: 'image/png' },
  '.jpg': { type: 'image/jpeg' },
  '.jpeg': { type: 'image/jpeg' },
  '.gif': { type: 'image/gif' },
  '.webp': { type: 'image/webp' },
  '.avif': { type: 'image/avif' },
  '.ico': { type: 'image/x-icon' },
  '.woff': { type: 'font/woff' },
  '.woff2': { type: 'font/woff2' },
  '.ttf': { type: 'font/ttf' },
  '.mp4': { type: 'video/mp4' },
  '.webm': { type: 'video/webm' },
  '.pdf': { type: 'application/pdf' },
}
const OTHER: { type: string, compress?: boolean } = { type: 'application/octet-stream' }

const compress = promisify(gzip)

/** The files of a site. */
export interface Site {
  /** Whether a path, without its query, is one of them. */
  has: (path: string) => boolean
  /** Answers GET and HEAD. */
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/** The files that lie in `dir` now; nothing else has an address here. */
export async function openSite(dir: string): Promise<Site> {
  const paths = new Map<string, string>()
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile())
      paths.set(`/${path.slice(dir.length + 1).split(sep).join('/')}`, path)
  }
  const bodies = new Map<string, Promise<Buffer>>()

  /** Read, and compressed, at the first of many times. */
  function bodyOf(path: string, compressed: boolean): Promise<Buffer> {
    const key = `${compressed} ${path}`
    let body = bodies.get(key)
    if (!body) {
      body = readFile(path).then(data => compressed ? compress(data) : data)
      bodies.set(key, body)
      body.catch(() => bodies.delete(key))
    }
    return body
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = paths.get(nameOf(request.url!))
    if (!path)
      return void response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('There is no such page.\n')
    const { type, compress: compressible = false } = TYPES[extname(path).toLowerCase()] ?? OTHER
    const compressed = compressible && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    const body = await bodyOf(path, compressed)
    response.setHeader('Content-Type', type)
    response.setHeader('Cache-Control', path.startsWith(join(dir, 'assets')) ? 'public, max-age=31536000, immutable' : 'no-cache')
    response.setHeader('Referrer-Policy', 'no-referrer')
    if (compressible)
      response.setHeader('Vary', 'Accept-Encoding')
    if (compressed)
      response.setHeader('Content-Encoding', 'gzip')
    const range = compressed ? undefined : rangeOf(request.headers.range, body.length)
    if (range)
      response.writeHead(206, { 'Content-Range': `bytes ${range.from}-${range.to}/${body.length}`, 'Content-Length': range.to - range.from + 1 })
    else
      response.writeHead(200, { 'Content-Length': body.length })
    response.end(request.method === 'HEAD' ? undefined : range ? body.subarray(range.from, range.to + 1) : body)
  }

  return { has: path => paths.has(nameOf(path)), answer }
}

function nameOf(url: string): string {
  const path = url.split('?')[0]!
  try {
    return decodeURIComponent(path.endsWith('/') ? `${path}index.html` : path)
  }
  catch {
    return ''
  }
}

/** The one range that a player of videos asks for. */
function rangeOf(header: string | undefined, length: number): { from: number, to: number } | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? []
  const range = { from: Number(from), to: Math.min(to ? Number(to) : Infinity, length - 1) }
  return from !== undefined && range.from <= range.to ? range : undefined
}
