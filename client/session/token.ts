const KEY = 'kamishibai.token'
/** How long windows of this origin have to answer, in ms. */
const ANSWER_TIMEOUT = 300

type TokenMessage = { type: 'token?' } | { type: 'token', token: string }

let memory: string | undefined

/**
 * Takes the driver token out of the address bar, so that it is in no history, screenshot or copied link.
 * Must run before the router reads the address.
 */
export function takeToken(): void {
  const [, token] = /^#(?:t|token)=([\w-]+)$/.exec(location.hash) ?? []
  if (!token)
    return
  history.replaceState(history.state, '', location.pathname + location.search)
  remember(token)
}

function remember(token: string): void {
  memory = token
  sessionStorage.setItem(KEY, token)
}

function openChannel(): BroadcastChannel {
  return new BroadcastChannel(`${KEY}:${import.meta.env.BASE_URL}`)
}

/** The driver token as far as this window knows it by itself. */
export function knownToken(): string | undefined {
  return memory ?? sessionStorage.getItem(KEY) ?? undefined
}

/** Asks the other windows of this origin. */
function ask(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const channel = openChannel()
    const finish = (token?: string): void => {
      clearTimeout(timer)
      channel.close()
      resolve(token)
    }
    const timer = setTimeout(finish, ANSWER_TIMEOUT)
    channel.onmessage = ({ data }: MessageEvent<TokenMessage>) => {
      if (data.type === 'token')
        finish(data.token)
    }
    channel.postMessage({ type: 'token?' } satisfies TokenMessage)
  })
}

/** The driver token of this window: from its URL, its memory, or another window of its origin. */
export async function findToken(): Promise<string | undefined> {
  const token = knownToken() ?? await ask()
  if (token)
    remember(token)
  return token
}

/** Answers other windows of this origin; call once the service has taken the token. */
export function shareToken(): void {
  openChannel().onmessage = ({ data, currentTarget }: MessageEvent<TokenMessage>) => {
    if (data.type === 'token?' && memory)
      (currentTarget as BroadcastChannel).postMessage({ type: 'token', token: memory } satisfies TokenMessage)
  }
}

/** Forgets a token that the service refused. */
export function dropToken(): void {
  memory = undefined
  sessionStorage.removeItem(KEY)
}
