import { setTimeout as delay } from 'node:timers/promises'

/** How long a client's other connection may be behind, in ms. */
const PATIENCE = 10_000

/** What a session has of BuildKit, by the names that its clients gave: nobody else's can be told from them. */
export interface Names {
  add: (name: string) => void
  has: (name: string) => boolean
  all: () => string[]
  /** Nobody need wait for the name: it will not come. */
  refuse: (name: string) => void
  isRefused: (name: string) => boolean
  /** Whether the name is, or soon becomes, the session's. */
  comes: (name: string) => Promise<boolean>
}

export function createNames(patience = PATIENCE): Names {
  const names = new Set<string>()
  const refused = new Set<string>()
  const waiting = new Map<string, Set<() => void>>()

  function settle(name: string): void {
    waiting.get(name)?.forEach(resolve => resolve())
    waiting.delete(name)
  }

  return {
    add(name) {
      names.add(name)
      settle(name)
    },
    has: name => names.has(name),
    all: () => [...names],
    refuse(name) {
      refused.add(name)
      settle(name)
    },
    isRefused: name => refused.has(name),
    async comes(name) {
      if (!names.has(name) && !refused.has(name)) {
        const added = new Promise<void>((resolve) => {
          waiting.set(name, (waiting.get(name) ?? new Set()).add(resolve))
        })
        await Promise.race([added, delay(patience, undefined, { ref: false })])
      }
      return names.has(name)
    },
  }
}

/** What the guard knows of the builds of a session. */
export interface Builds {
  /** Clients that serve their files at `/session`. */
  sessions: Names
  /** Builds that were begun here. */
  refs: Names
  /** Content that the records of these builds name. */
  digests: Names
}

export function createBuilds(patience?: number): Builds {
  return { sessions: createNames(patience), refs: createNames(patience), digests: createNames(patience) }
}
