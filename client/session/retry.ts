export interface RetryOptions {
  /** The pause after the first failure, in ms; it doubles with each. @default 250 */
  first?: number
  /** The longest pause, in ms. @default 2000 */
  longest?: number
  /** How often it is tried at most. @default without end */
  attempts?: number
  /** Called after each failure, with the number of failures so far. */
  onFail?: (error: unknown, failures: number) => void
  wait?: (ms: number) => Promise<void>
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/**
 * Loads something over the network until it is there; after `attempts` failures it throws the last one.
 *
 * Chromium on Linux aborts what it is loading, from this machine too, whenever a network interface comes or
 * goes (ERR_NETWORK_CHANGED), which every container that starts or stops makes happen.
 */
export async function loadAgain<T>(load: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { first = 250, longest = 2000, attempts = Infinity, onFail, wait = sleep } = options
  for (let failures = 1; ; failures++) {
    try {
      return await load()
    }
    catch (error) {
      onFail?.(error, failures)
      if (failures >= attempts)
        throw error
      await wait(Math.min(first * 2 ** (failures - 1), longest))
    }
  }
}
