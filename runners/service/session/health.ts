import type { Session } from './session.ts'

/** How often the engines are asked how they are, in ms. */
const INTERVAL = 10_000

/** Keeps the presenter told how the engines are, until the returned function is called; one question at a time. */
export function watchHealth(session: Pick<Session, 'checkHealth'>, interval = INTERVAL): () => void {
  let timer: NodeJS.Timeout
  let ended = false
  const ask = async (): Promise<void> => {
    await session.checkHealth().catch(() => {})
    if (!ended)
      timer = setTimeout(ask, interval).unref()
  }
  timer = setTimeout(ask, interval).unref()
  return () => {
    ended = true
    clearTimeout(timer)
  }
}
