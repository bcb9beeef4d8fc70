import process from 'node:process'

/** What a stream says whose other side is gone: a pipe that nobody reads any more, a terminal that was closed. */
const GONE = new Set<string | undefined>(['EPIPE', 'EIO'])

/**
 * Lets a command come to its own end where nobody reads what it says any more, as after `head`: it may be amid its
 * work, or have to clean up.
 */
export function hearClosedPipe(): void {
  onGone((error, isGone) => {
    if (!isGone)
      throw error
  })
}

/** Calls back when nobody reads any more what is said, for what is done for its reader alone. Returns what ends it. */
export function onClosedPipe(onClosed: () => void): () => void {
  return onGone((_, isGone) => isGone && onClosed())
}

function onGone(listener: (error: Error, isGone: boolean) => void): () => void {
  const onError = (error: NodeJS.ErrnoException): void => listener(error, GONE.has(error.code))
  const streams = [process.stdout, process.stderr]
  streams.forEach(stream => stream.on('error', onError))
  return () => streams.forEach(stream => stream.off('error', onError))
}
