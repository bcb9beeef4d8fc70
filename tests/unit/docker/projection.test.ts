import { expect, it } from 'vitest'
import { publishedPorts, signalName } from '../../../runners/docker/projection.ts'

it.for([
  [129, 'SIGHUP'],
  [130, 'SIGINT'],
  [131, 'SIGQUIT'],
  [134, 'SIGABRT'],
  [137, 'SIGKILL'],
  [139, 'SIGSEGV'],
  [143, 'SIGTERM'],
  [0, undefined],
  [9, undefined],
  [128, undefined],
] as const)('the exit code %i stands for the signal %s', ([code, signal]) => {
  expect(signalName(code)).toBe(signal)
})

it('a port is published once for each of its addresses', () => {
  const both = [{ HostIp: '127.0.0.1', HostPort: '8080' }, { HostIp: '::1', HostPort: '8080' }]
  expect(publishedPorts({ '80/tcp': both, '53/udp': [{ HostIp: '', HostPort: '53' }], '90/tcp': [] })).toEqual([
    { hostIp: '127.0.0.1', hostPort: '8080', port: '80/tcp' },
    { hostIp: '::1', hostPort: '8080', port: '80/tcp' },
    { hostIp: '', hostPort: '53', port: '53/udp' },
  ])
  expect(publishedPorts(undefined)).toEqual([])
})
