import { expect, it } from 'vitest'
import { parseRoutes } from '../../../runners/docker/subnets.ts'

it('reads the networks that routes of Linux lead to', () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t0107A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'eth0\t0007A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    'tun0\t0000080A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    'tun0\t0164A8C0\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0',
    '',
  ].join('\n')
  expect(parseRoutes(table)).toEqual(['192.168.7.0/24', '10.8.0.0/16', '192.168.100.1/32'])
})
