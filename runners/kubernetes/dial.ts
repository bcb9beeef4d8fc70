import type { Server, Socket } from 'node:net'
import type { Channels } from './channels.ts'
import type { KubeObject } from './objects.ts'
import type { Space } from './space.ts'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { StepError } from '../protocol/error.ts'
import { isRefusal, toStepError } from './api.ts'
import { CHANNEL, openChannels } from './channels.ts'
import { CLIENT, provideClient } from './client-pod.ts'
import { findTarget, openExec } from './exec.ts'

/** Ways from this machine into the cluster: each a port of loopback, open until the session ends. */
export interface Dialer {
  /** The base URL of `pod/NAME[:PORT]` or `service/NAME[:PORT]`; undefined for what is neither. */
  dial: (target: string) => Promise<string | undefined>
  close: () => void
}

/** Carries one connection; resolves when the other end is through. */
type Carry = (socket: Socket) => Promise<void>

/**
 * A pod is reached by port-forward; a service from a pod of the session, so that the cluster itself chooses who
 * answers.
 */
export function createDialer(space: Space): Dialer {
  const servers = new Map<string, Promise<{ server: Server, port: number }>>()
  const sockets = new Set<Socket>()

  function listen(key: string, carry: Carry): Promise<{ port: number }> {
    const known = servers.get(key)
    if (known)
      return known
    const opening = (async () => {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        sockets.add(socket)
        socket.on('error', () => {}).on('close', () => sockets.delete(socket))
        carry(socket).then(() => socket.end(), () => socket.destroy())
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return { server, port: (server.address() as { port: number }).port }
    })()
    servers.set(key, opening)
    return opening
  }

  return {
    async dial(target) {
      const [, kind, name, wanted] = /^(pod|service|svc)\/([\w.-]+)(?::(\d+))?$/.exec(target) ?? []
      if (!kind)
        return undefined
      const { key, carry } = kind === 'pod' ? await toPod(space, name!, wanted) : await toService(space, name!, wanted)
      return `http://127.0.0.1:${(await listen(key, carry)).port}`
    },
    close() {
      for (const server of servers.values())
        void server.then(({ server: own }) => own.close(), () => {})
      sockets.forEach(socket => socket.destroy())
    },
  }
}

async function toPod(space: Space, name: string, wanted: string | undefined): Promise<{ key: string, carry: Carry }> {
  await findTarget(space, `pod/${name}`)
  const pod = await space.api.get<KubeObject>(`/api/v1/namespaces/${space.namespace}/pods/${name}`)
  const port = wanted ?? String((pod.spec!.containers as { ports?: { containerPort: number }[] }[]).flatMap(({ ports }) => ports ?? [])[0]?.containerPort ?? '')
  if (!port)
    throw new StepError('bad-request', `the pod ${name} names no port`, `Say which: pod/${name}:8080.`)
  return {
    key: `pod ${pod.metadata.uid} ${port}`,
    carry: async (socket) => {
      const channels = await openChannels(space.api, `/api/v1/namespaces/${space.namespace}/pods/${name}/portforward`, { ports: port }, ['v4.channel.k8s.io'])
      // Each of its two channels begins with the port's number.
      await carryOver(socket, channels, { to: 0, from: 0, skip: 2 })
    },
  }
}

async function toService(
  { api, namespace, admin }: Space,
  name: string,
  wanted: string | undefined,
): Promise<{ key: string, carry: Carry }> {
  const service = await api
    .get<KubeObject>(`/api/v1/namespaces/${namespace}/services/${name}`)
    .catch((error: unknown) => {
      throw isRefusal(error, 404)
        ? new StepError(
            'not-found',
            `there is no service ${name} in this session`,
            'Run the step that makes it first, or let this one do it: needs=STEP.',
          )
        : toStepError(error)
    })
  const ports = (service.spec!.ports ?? []) as { port: number }[]
  const port = wanted ? ports.find(own => String(own.port) === wanted) : ports[0]
  const address = service.spec!.clusterIP as string
  if (!port) {
    throw new StepError(
      'not-found',
      `the service ${name} has no port ${wanted ?? ''}`.trimEnd(),
      `It has: ${ports.map(own => own.port).join(', ') || 'none'}.`,
    )
  }
  if (!address || address === 'None') {
    throw new StepError(
      'unreachable',
      `the service ${name} has no address of its own`,
      'Without one it is a name for its pods: request pod/NAME.',
    )
  }
  await provideClient({ api, admin, namespace })
  return {
    key: `service ${address} ${port.port}`,
    carry: async (socket) => {
      const channels = await openExec(
        { api, namespace },
        { pod: CLIENT, container: CLIENT },
        ['nc', address, String(port.port)],
        { tty: false, stdin: true },
      )
      await carryOver(socket, channels, { to: CHANNEL.stdin, from: CHANNEL.stdout, skip: 0 })
    },
  }
}

async function carryOver(
  socket: Socket,
  channels: Channels,
  { to, from, skip }: { to: number, from: number, skip: number },
): Promise<void> {
  socket.on('data', data => channels.send(to, data)).on('close', () => channels.close())
  let left = skip
  for await (const chunk of channels.read(from)) {
    const data = chunk.subarray(Math.min(left, chunk.length))
    left -= chunk.length - data.length
    if (data.length && !socket.write(data))
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {})
  }
}
