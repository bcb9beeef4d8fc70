import type { RemotePlace } from '../../service/remote/addresses.ts'
import type { Remote } from '../../service/remote/remote.ts'
import type { RemoteState, Session } from '../../service/session/session.ts'
import process from 'node:process'
import { encode, renderUnicodeCompact } from 'uqr'
import { isStepError } from '../../protocol/error.ts'
import { urlOf } from '../../service/remote/addresses.ts'
import { startRemote } from '../../service/remote/remote.ts'
import { say, showBox } from '../io/say.ts'
import { builtOf, useBuild } from '../stage/built.ts'

/** The first port that is tried, as the presenter's own are. */
const FIRST_PORT = 4030

/** The audience's own devices. */
export interface Viewers {
  /** What they open, once it can be opened. */
  opened: Promise<string[]>
  close: () => Promise<void>
}

/** Makes the site for the audience's own devices and serves it, while the talk can already go on. */
export function serveViewers(session: Session, { addresses, port }: RemotePlace): Viewers {
  const ending = new AbortController()
  let remote: Remote | undefined
  let release: (() => Promise<void>) | undefined

  const tell = (change: Partial<RemoteState>): void => session.remote.set({ ...session.remote.now, ...change })

  async function open(): Promise<string[]> {
    tell({ state: 'preparing' })
    const built = await builtOf(session.deck, { flavour: 'remote', signal: ending.signal, gentle: true })
    if ('error' in built)
      throw built.error
    release = await useBuild(built)
    const { dir } = built
    remote = await startRemote({ dir, addresses, port: port ?? FIRST_PORT, strict: port !== undefined }, {
      session,
      onCount: viewers => tell({ viewers }),
      onLost(error) {
        tell({ state: 'failed' })
        say.error(`Remote viewers are no longer served: ${error.message}`)
      },
    })
    const urls = addresses.map(address => urlOf(address, remote!.port))
    tell({ state: 'open', urls })
    return urls
  }

  const opened = open()
  const settled = opened.then(() => {}, () => tell({ state: 'failed' }))
  return {
    opened,
    async close() {
      ending.abort()
      await settled
      remote?.close()
      await release?.()
    },
  }
}

/** Prints what the audience opens, with its QR code, when it can be opened. */
export function tellViewers(opened: Promise<string[]>): void {
  say.info('The slides for the audience\'s own devices are being made …')
  opened.then(
    urls => showBox(`For the audience, to read only:\n${urls.join('\n')}\n\n${qrOf(urls[0]!)}`),
    (error: Error) => {
      if (error.name !== 'AbortError')
        say.error(isStepError(error) ? `${error.message}. ${error.hint}` : error)
    },
  )
}

/** A QR code of half blocks, dark on light whatever colours the terminal has. */
function qrOf(url: string): string {
  if (process.env.NO_COLOR || !process.stdout.isTTY)
    return renderUnicodeCompact(url)
  const { data, size } = encode(url, { border: 4 })
  const rows = Array.from({ length: Math.ceil(size / 2) }, (_, row) => Array.from({ length: size }, (_, x) => {
    const [above, below] = [data[row * 2]![x], data[row * 2 + 1]?.[x]]
    return above ? below ? '█' : '▀' : below ? '▄' : ' '
  }).join(''))
  return rows.map(row => `\x1B[30;107m${row}\x1B[0m`).join('\n')
}
