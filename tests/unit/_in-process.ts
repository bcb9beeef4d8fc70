import { subscribe } from 'node:diagnostics_channel'

// vitest's setupFiles: what starts a program or listens belongs to tests/process, for it is slow and meets others.
for (const channel of ['child_process', 'tracing:net.server.listen:asyncStart'])
  subscribe(channel, refuse)

function refuse(): void {
  throw new Error('a unit test started a program or listened: move it to tests/process')
}
