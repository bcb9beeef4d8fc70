import type { Api } from './api.ts'
import type { KubeObject } from './objects.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from './api.ts'

/** Between two questions, in ms. */
const EVERY = 5000

/**
 * Follows what the API server says of itself and of etcd, until aborted. Scheduler and controllers tell a session
 * nothing.
 */
export async function followControlPlane(api: Pick<Api, 'stream'>, onState: (state: KubeObject) => void, signal: AbortSignal, every = EVERY): Promise<void> {
  while (!signal.aborted) {
    onState(toObject(await readyz(api, signal)))
    await delay(every, undefined, { signal, ref: false }).catch(() => {})
  }
}

/** Lines like `[+]etcd ok` and `[-]etcd failed: reason withheld`; undefined where nobody answers. */
async function readyz(api: Pick<Api, 'stream'>, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await api.stream('/readyz', { query: { verbose: true }, accept: '*/*', signal })
    let text = ''
    for await (const chunk of response as AsyncIterable<Buffer>)
      text += chunk.toString()
    return text
  }
  catch (error) {
    // It answers 500 where a part is not ready.
    return error instanceof ApiError ? error.message : undefined
  }
}

/** As an object, so that it is told like those of the cluster. */
function toObject(text: string | undefined): KubeObject {
  const etcd = /^\[(.)\]etcd /m.exec(text ?? '')?.[1]
  return {
    apiVersion: '',
    kind: 'ControlPlane',
    metadata: { name: 'control-plane', uid: 'control-plane' },
    status: { answers: text !== undefined, ...etcd && { etcd: etcd === '+' } },
  }
}
