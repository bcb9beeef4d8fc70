import type { IncomingMessage } from 'node:http'
import type { Api } from './api.ts'
import type { KubeList, KubeObject, Status } from './objects.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError, isRefusal } from './api.ts'

/** What a watch tells, each change once. */
export interface WatchHandlers {
  onChange: (op: 'added' | 'modified' | 'deleted', object: KubeObject) => void
  /** All that is there has been told. */
  onSynced?: () => void
}

export interface WatchOptions {
  signal: AbortSignal
  /** Objects of one page of a list. @default 500 */
  limit?: number
  /** Waits before each new try. @default with a timer */
  pause?: (ms: number) => Promise<void>
}

/** Waiting times after failures, in ms; a random part of the doubled time, so that many do not come back at once. */
const BACKOFF = { first: 250, longest: 15_000 }
/** Bookmarks come about every minute: a connection that is silent for longer is dead, in ms. */
const SILENCE = 90_000
/** After how many s a server ends a watch by itself. */
const WATCH_LIFE = 300

type WatchEvent = { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK', object: KubeObject } | { type: 'ERROR', object: Status }

/** Objects that were deleted while nobody watched, and a resource version that the server no longer knows. */
class Expired extends Error {}

/**
 * Follows a collection until aborted: list in pages, then watch from there; resumes where it was after a cut, and
 * lists again where the server has forgotten, telling what differs. Throws where the server refuses for good.
 */
export async function watchCollection(
  api: Api,
  path: string,
  { onChange, onSynced }: WatchHandlers,
  { signal, limit = 500, pause = ms => delay(ms, undefined, { signal, ref: false }) }: WatchOptions,
): Promise<void> {
  const { tell, keepOnly } = createKnown(onChange)
  let version: string | undefined
  let failures = 0

  async function list(): Promise<void> {
    const found = new Set<string>()
    let next: string | undefined
    do {
      const page: KubeList = await api.get<KubeList>(path, { query: { limit, continue: next }, signal })
      for (const item of page.items) {
        found.add(item.metadata.uid!)
        tell('added', inList(item, page))
      }
      next = page.metadata.continue || undefined
      version = page.metadata.resourceVersion
    } while (next)
    keepOnly(found)
    onSynced?.()
  }

  /** Resolves when the server ends the watch. */
  async function watch(): Promise<void> {
    const response = await api.stream(path, {
      query: { watch: true, resourceVersion: version, allowWatchBookmarks: true, timeoutSeconds: WATCH_LIFE },
      signal,
    })
    for await (const event of readEvents(response)) {
      failures = 0
      if (event.type === 'ERROR') {
        if (event.object.code === 410)
          throw new Expired()
        throw new ApiError(event.object.code ?? 500, JSON.stringify(event.object))
      }
      if (event.type !== 'BOOKMARK')
        tell(({ ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const)[event.type], event.object)
      version = event.object.metadata.resourceVersion
    }
  }

  while (!signal.aborted) {
    const began = performance.now()
    try {
      if (version === undefined)
        await list()
      await watch()
      // A server that ends each watch at once must not be asked all the time.
      if (performance.now() - began < 1000)
        await pause(BACKOFF.first * ++failures)
    }
    catch (error) {
      if (signal.aborted)
        return
      if (isRefusal(error, 403, 404, 405))
        throw error
      if (error instanceof Expired || isRefusal(error, 410)) {
        version = undefined
        continue
      }
      const longest = Math.min(BACKOFF.longest, BACKOFF.first * 2 ** failures++)
      await pause((error instanceof ApiError && error.retryAfterMs) || Math.random() * longest).catch(() => {})
    }
  }
}

/** The objects of a collection as they were told last; tells only what differs. */
interface Known {
  tell: (op: 'added' | 'modified' | 'deleted', object: KubeObject) => void
  /** Tells that all others are gone. */
  keepOnly: (uids: ReadonlySet<string>) => void
}

function createKnown(onChange: WatchHandlers['onChange']): Known {
  const known = new Map<string, { version: string, object: KubeObject }>()

  function tell(op: 'added' | 'modified' | 'deleted', object: KubeObject): void {
    const { uid, resourceVersion = '' } = object.metadata
    const before = known.get(uid!)
    if (op === 'deleted') {
      if (known.delete(uid!))
        onChange('deleted', object)
    }
    else if (before?.version !== resourceVersion) {
      known.set(uid!, { version: resourceVersion, object: skeleton(object) })
      onChange(before ? 'modified' : 'added', object)
    }
  }

  return {
    tell,
    keepOnly(uids) {
      for (const [uid, { object }] of known) {
        if (!uids.has(uid))
          tell('deleted', object)
      }
    },
  }
}

/** An object as it would come alone: lists leave out what all their objects have. */
export function inList(item: KubeObject, { apiVersion, kind }: KubeList): KubeObject {
  return { ...item, apiVersion: item.apiVersion ?? apiVersion, kind: item.kind ?? kind.replace(/List$/, '') }
}

/** What is needed to tell that an object has gone. */
function skeleton({
  apiVersion,
  kind,
  metadata: { name, namespace, uid, labels, ownerReferences },
}: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace, uid, labels, ownerReferences } }
}

/** The events of a stream; chunks may cut lines and characters anywhere. Throws where the connection is silent. */
async function* readEvents(response: IncomingMessage): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder()
  response.setTimeout(SILENCE, () => response.destroy(new Error(`silent for ${SILENCE / 1000} s`)))
  let parts: string[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n')
    parts.push(lines[0]!)
    if (lines.length === 1)
      continue
    const whole = [parts.join(''), ...lines.slice(1, -1)]
    parts = [lines.at(-1)!]
    for (const line of whole) {
      if (line.trim())
        yield JSON.parse(line) as WatchEvent
    }
  }
}
