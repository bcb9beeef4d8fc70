const KEY = 'kamishibai.token'
/** How long windows of this origin have to answer, in ms. */
const ANSWER_TIMEOUT = 300

type TokenMessage = { type: 'token?' } | { type: 'token', token: string }

/** The driver token of one window. */
export interface TokenStore {
  /**
   * Takes the token out of the address bar, so that it is in no history, screenshot or copied link.
   * Must run before the router reads the address.
   */
  take: () => void
  /** The token as far as this window knows it by itself. */
  known: () => string | undefined
  /** The token from the URL, the memory of this window, or another window of its origin. */
  find: () => Promise<string | undefined>
  /** A token that another window of its origin tells later: one that was busy, or that opens the talk's address. */
  later: () => Promise<string>
  /** Tells other windows of this origin, now and when they ask; call once the service has taken the token. */
  share: () => void
  /** Forgets a token that the service refused. It is not taken again. */
  drop: () => void
}

export interface TokenOptions {
  /** @default sessionStorage */
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** The channel between the windows of this origin. */
  openChannel?: () => BroadcastChannel
}

const openOwn = (): BroadcastChannel => new BroadcastChannel(`${KEY}:${import.meta.env.BASE_URL}`)

/** Asks the other windows of this origin for a token that `isGood`; gives up after `limit` ms, where one is given. */
function ask(
  channel: BroadcastChannel,
  isGood: (token: string) => boolean,
  limit?: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const finish = (token?: string): void => {
      clearTimeout(timer)
      channel.close()
      resolve(token)
    }
    const timer = limit === undefined ? undefined : setTimeout(finish, limit)
    channel.onmessage = ({ data }: MessageEvent<TokenMessage>) => {
      if (data.type === 'token' && isGood(data.token))
        finish(data.token)
    }
    channel.postMessage({ type: 'token?' } satisfies TokenMessage)
  })
}

/** A window that knows what its storage kept. */
export function createTokenStore({ storage = sessionStorage, openChannel = openOwn }: TokenOptions = {}): TokenStore {
  let memory: string | undefined
  const refused = new Set<string>()
  const isGood = (token: string): boolean => !refused.has(token)

  function remember(token: string): void {
    memory = token
    storage.setItem(KEY, token)
  }

  const known = (): string | undefined => memory ?? storage.getItem(KEY) ?? undefined

  return {
    known,
    take() {
      const [, token] = /^#(?:t|token)=([\w-]+)$/.exec(location.hash) ?? []
      if (!token)
        return
      history.replaceState(history.state, '', location.pathname + location.search)
      remember(token)
    },
    async find() {
      const token = known() ?? await ask(openChannel(), isGood, ANSWER_TIMEOUT)
      if (token)
        remember(token)
      return token
    },
    async later() {
      const token = (await ask(openChannel(), isGood))!
      remember(token)
      return token
    },
    share() {
      const channel = openChannel()
      channel.onmessage = ({ data }: MessageEvent<TokenMessage>) => {
        if (data.type === 'token?')
          tell()
      }
      const tell = (): void => {
        if (memory)
          channel.postMessage({ type: 'token', token: memory } satisfies TokenMessage)
      }
      tell()
    },
    drop() {
      const token = known()
      if (token)
        refused.add(token)
      memory = undefined
      storage.removeItem(KEY)
    },
  }
}
