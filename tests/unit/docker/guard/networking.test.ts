import { describe, expect, it } from 'vitest'
import { LABELS } from '../../../../runners/protocol/runner.ts'
import { createGuard, EMPTY, FOREIGN, FOREIGN_NET, KINDS, OWN, OWN_NET, SESSION, SESSION_LABELS, STEP_LABELS } from './_guard.ts'

type Options = Parameters<typeof createGuard>[0]
const create = (body: object, options: Options = {}) => createGuard(options).judge('POST', '/containers/create', { Image: 'demo:1', ...body })
const endpoint = (config: unknown) => createGuard().judge('POST', '/networks/net/connect', { Container: 'web', EndpointConfig: config })
const network = (body: object) => createGuard().judge('POST', '/networks/create', { Name: 'fresh', ...body })

describe('the network of a container', () => {
  it.for([
    ['net', OWN_NET],
    [OWN_NET, OWN_NET],
    [OWN_NET.slice(0, 12), OWN_NET],
    ['bridge', 'bridge'],
    ['none', 'none'],
    ['default', 'default'],
  ])('may be %s', async ([mode, sent]) => {
    expect(await create({ HostConfig: { NetworkMode: mode } })).toMatchObject({
      status: 0,
      body: { HostConfig: { NetworkMode: sent } },
    })
    expect(await create({ NetworkingConfig: { EndpointsConfig: { [mode!]: { Aliases: ['x'] } } } })).toMatchObject({ status: 0, body: { NetworkingConfig: { EndpointsConfig: { [sent!]: { Aliases: ['x'] } } } } })
  })

  it.for(['lan', FOREIGN_NET, FOREIGN_NET.slice(0, 12), 'nobody', 'NET', 'Bridge', 'HOST', 'host '])('may not be %s', async (mode) => {
    expect(await create({ HostConfig: { NetworkMode: mode } })).toEqual({ status: 400, message: `network ${mode} not found` })
    expect(await create({ NetworkingConfig: { EndpointsConfig: { [mode]: {} } } })).toEqual({ status: 400, message: `network ${mode} not found` })
  })

  it('is the host\'s with a grant only', async () => {
    for (const body of [{ HostConfig: { NetworkMode: 'host' } }, { NetworkingConfig: { EndpointsConfig: { host: {} } } }]) {
      expect(await create(body)).toMatchObject({ status: 403, message: expect.stringContaining('host-network:one') })
      expect(await create(body, { grants: ['host-network:one'] })).toMatchObject({ status: 0, body })
    }
  })

  it.for([
    [{ EndpointsConfig: null }, 0],
    [{ EndpointsConfig: {} }, 0],
    [{ EndpointsConfig: { net: null } }, 0],
    [{ EndpointsConfig: [] }, 400],
    [{ EndpointsConfig: { net: [] } }, 400],
    [{ endpointsconfig: { lan: {} } }, 403],
    [[], 400],
  ] as const)('NetworkingConfig %j: %i', async ([NetworkingConfig, status]) => {
    expect(await create({ NetworkingConfig })).toMatchObject({ status })
  })
})

describe('what a container is in a network', () => {
  it.for([
    ['Aliases', 'texts'],
    ['MacAddress', 'text'],
    ['GwPriority', 'integer'],
  ] as const)('has %s, as %s', async ([name, kind]) => {
    for (const value of KINDS[kind].good) {
      expect(await endpoint({ [name]: value })).toMatchObject({
        status: 0,
        body: { EndpointConfig: { [name]: value } },
      })
    }
    for (const value of KINDS[kind].bad)
      expect(await endpoint({ [name]: value })).toMatchObject({ status: 400 })
  })

  it.for(['NetworkID', 'EndpointID', 'Gateway', 'IPAddress', 'IPPrefixLen', 'IPv6Gateway', 'GlobalIPv6Address', 'GlobalIPv6PrefixLen', 'DNSNames'])('%s is left to the engine', async (name) => {
    expect(await endpoint({ [name]: 'x', Aliases: [] })).toMatchObject({ status: 0, body: { EndpointConfig: { Aliases: [] } } })
    expect((await endpoint({ [name]: 'x' })).body).not.toHaveProperty(`EndpointConfig.${name}`)
  })

  it.for([
    [{ IPAMConfig: { IPv4Address: '172.30.0.9', IPv6Address: 'fd00::9', LinkLocalIPs: ['169.254.0.9'] } }, 0],
    [{ IPAMConfig: { IPv4Address: 9 } }, 400],
    [{ IPAMConfig: { Subnet: 'x' } }, 403],
    [{ Links: ['web:db'] }, 0],
    [{ Links: ['theirs:db'] }, 404],
    [{ DriverOpts: { 'com.docker.network.endpoint.sysctls': 'x=1' } }, 403],
    [{ DriverOpts: {} }, 0],
    [{ Other: 'x' }, 403],
    [{ aliases: ['x'] }, 403],
    [[], 400],
  ] as const)('%j: %i', async ([config, status]) => {
    expect(await endpoint(config)).toMatchObject({ status })
  })
})

describe('a published port', () => {
  const publish = (binding: unknown, grants: string[] = []) => create({ HostConfig: { PortBindings: { '80/tcp': [binding] } } }, { grants })

  it.for([
    [{ HostIp: '', HostPort: '8080' }, '127.0.0.1'],
    [{ HostPort: '8080' }, '127.0.0.1'],
    [{ HostIp: null }, '127.0.0.1'],
    [{}, '127.0.0.1'],
    [null, '127.0.0.1'],
    [{ HostIp: '127.0.0.1' }, '127.0.0.1'],
    [{ HostIp: '127.8.9.1' }, '127.8.9.1'],
    [{ HostIp: '::1' }, '::1'],
    [{ HostIp: '172.30.0.1' }, '172.30.0.1'],
    [{ HostIp: 'fd00::1' }, 'fd00::1'],
  ] as const)('%j is at %s', async ([binding, HostIp]) => {
    expect(await publish(binding)).toMatchObject({ status: 0, body: { HostConfig: { PortBindings: { '80/tcp': [{ HostIp }] } } } })
  })

  it.for(['0.0.0.0', '::', '192.0.2.1', '172.31.0.1', '172.30.0.2', '128.0.0.1', '::ffff:127.0.0.1', '::ffff:0.0.0.0', '::2', '0:0:0:0:0:0:0:1', 'fe80::1%eth0'])('is not at %s without a grant', async (HostIp) => {
    expect(await publish({ HostIp })).toMatchObject({ status: 403, message: expect.stringContaining(`grants: ["port:${HostIp}:one"]`) })
  })

  it.for([
    [{ HostIp: 'example.org' }, 400],
    [{ HostIp: 'localhost' }, 400],
    [{ HostIp: '127.1' }, 400],
    [{ HostIp: '2130706433' }, 400],
    [{ HostIp: '0177.0.0.1' }, 400],
    [{ HostIp: '0x7f.1' }, 400],
    [{ HostIp: '127.0.0.1 ' }, 400],
    [{ HostIp: 1 }, 400],
    [{ HostPort: 8080 }, 400],
    [{ hostip: '0.0.0.0' }, 403],
    ['8080', 400],
    [['8080'], 400],
  ] as const)('%j is refused: %i', async ([binding, status]) => {
    expect(await publish(binding)).toMatchObject({ status })
  })

  it.for(['0.0.0.0', '::', '0:0:0:0:0:0:0:0'])('is not at %s because a network has it for its gateway', async (HostIp) => {
    const { judge, engine } = createGuard()
    engine.has.networks[0]!.IPAM.Config.push({ Gateway: HostIp })
    expect(await judge('POST', '/containers/create', { Image: 'demo:1', HostConfig: { PortBindings: { '80/tcp': [{ HostIp }] } } })).toMatchObject({ status: 403 })
  })

  it.for([
    ['port:0.0.0.0:one', '0.0.0.0'],
    ['port:[::]:one', '::'],
    ['port::::one', '::'],
    ['port:192.0.2.1:one', '192.0.2.1'],
  ] as const)('%s gives %s', async ([grant, HostIp]) => {
    expect(await publish({ HostIp }, [grant])).toMatchObject({ status: 0 })
    expect(await publish({ HostIp: '192.0.2.2' }, [grant])).toMatchObject({ status: 403 })
  })

  it.for([[[], 400], ['x', 400], [{ '80/tcp': {} }, 400], [{ '80/tcp': null }, 0], [{}, 0], [null, 0]] as const)('PortBindings %j: %i', async ([PortBindings, status]) => {
    expect(await create({ HostConfig: { PortBindings } })).toMatchObject({ status })
  })
})

describe('a new network', () => {
  it('is labelled, and asked for once', async () => {
    const { status, segments, body, filter } = await network({ Labels: { mine: 'x', [LABELS.session]: 'forged' }, CheckDuplicate: false })
    expect({ status, segments, body }).toEqual({ status: 0, segments: ['networks', 'create'], body: { Name: 'fresh', CheckDuplicate: true, Labels: { mine: 'x', ...STEP_LABELS } } })
    expect(filter!({ Id: 'new' })).toEqual({ Id: 'new' })
  })

  it.for(['bridge', 'host', 'none', 'default'])('may not be called %s', async (Name) => {
    expect(await network({ Name })).toMatchObject({ status: 403, message: expect.stringContaining('predefined') })
  })

  it.for([
    ['Name', 'text'],
    ['EnableIPv4', 'flag'],
    ['EnableIPv6', 'flag'],
    ['Internal', 'flag'],
    ['Attachable', 'flag'],
  ] as const)('has %s, as %s', async ([name, kind]) => {
    for (const value of KINDS[kind].good)
      expect(await network({ [name]: value })).toMatchObject({ status: 0, body: { [name]: value } })
    for (const value of KINDS[kind].bad)
      expect(await network({ [name]: value })).toMatchObject({ status: 400 })
  })

  it.for([
    ['Driver', ['bridge', 'default', ''], ['host', 'macvlan', 'ipvlan', 'overlay', 'null', 'Bridge', 'weave:latest']],
    ['Scope', ['local', ''], ['swarm', 'global', 'Local']],
    ['Ingress', EMPTY, [true]],
    ['ConfigOnly', EMPTY, [true]],
    ['ConfigFrom', [null, {}, { Network: '' }], [{ Network: 'lan' }, { Other: 'x' }]],
    ['Options', [null, {}, { 'com.docker.network.driver.mtu': '1400' }, { 'com.docker.network.bridge.enable_icc': 'false' }, { 'com.docker.network.bridge.enable_ip_masquerade': 'false' }, { 'com.docker.network.enable_ipv4': 'true' }, { 'com.docker.network.enable_ipv6': 'true' }], [{ 'com.docker.network.bridge.name': 'docker0' }, { 'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0' }, { 'com.docker.network.bridge.gateway_mode_ipv4': 'nat-unprotected' }, { 'com.docker.network.bridge.trusted_host_interfaces': 'eth0' }, { parent: 'eth0' }, { 'COM.DOCKER.NETWORK.DRIVER.MTU': '1' }]],
    ['IPAM', [null, {}, { Driver: 'default' }, { Driver: '', Options: {}, Config: [] }, { Config: [{ Subnet: '172.30.9.0/24', IPRange: '172.30.9.0/25', Gateway: '172.30.9.1', AuxiliaryAddresses: { a: '172.30.9.2' } }] }], [{ Driver: 'dhcp' }, { Options: { x: 'y' } }, { Config: [{ Network: 'x' }] }, { Other: 'x' }]],
    ['Other', EMPTY, [true]],
    ['driver', EMPTY, ['macvlan']],
  ] as const)('has %s with values that stay inside', async ([name, allowed, refused]) => {
    for (const value of allowed)
      expect(await network({ [name]: value }), JSON.stringify(value)).toMatchObject({ status: 0 })
    for (const value of refused)
      expect(await network({ [name]: value }), JSON.stringify(value)).toMatchObject({ status: 403 })
  })

  it.for([
    [{ Subnet: '172.30.9.0/24', Gateway: '172.30.9.1' }, 0],
    [{ Subnet: 'fd30::/64', Gateway: 'fd30::1' }, 0],
    [{ Subnet: '' }, 0],
    [{ IPRange: '172.30.9.0/25' }, 0],
    // Packets to the internet, or to all of a company's networks, would go to the bridge.
    [{ Subnet: '198.51.100.0/24' }, 403],
    [{ Subnet: '8.8.8.8/32' }, 403],
    [{ Subnet: '10.0.0.0/8' }, 403],
    [{ Subnet: '0.0.0.0/0' }, 403],
    [{ Subnet: '169.254.169.0/24' }, 403],
    [{ Subnet: '2001:db8::/64' }, 403],
    [{ Subnet: '::ffff:10.1.0.0/112' }, 403],
    [{ Subnet: '::/0' }, 403],
    // The machine's own networks: the whole, a part, a larger one around it, and its own address as the gateway.
    [{ Subnet: '192.168.7.0/24' }, 403],
    [{ Subnet: '192.168.7.16/29', Gateway: '192.168.7.20' }, 403],
    [{ Subnet: '192.168.0.0/16' }, 403],
    [{ Subnet: '10.8.200.0/24' }, 403],
    [{ Subnet: 'fd07::/48' }, 403],
    // A gateway outside the network is another's address, or every one.
    [{ Subnet: '172.30.9.0/24', Gateway: '192.168.7.20' }, 403],
    [{ Subnet: '172.30.9.0/24', Gateway: '0.0.0.0' }, 403],
    [{ Subnet: 'fd30::/64', Gateway: '::' }, 403],
    [{ Subnet: '172.30.9.0/24', Gateway: 'fd30::1' }, 403],
    [{ Subnet: '172.30.9.0/24', Gateway: 'x' }, 403],
    [{ Subnet: 'x' }, 403],
    [{ Subnet: '172.030.9.0/24' }, 403],
    [{ Subnet: '172.30.9.0/33' }, 403],
    [{ Gateway: '192.168.7.20' }, 400],
  ] as const)('with addresses %j: %i', async ([config, status]) => {
    expect(await network({ IPAM: { Config: [config] } })).toMatchObject({ status })
    expect(await network({ IPAM: { Config: [{ Subnet: '172.30.8.0/24' }, config] } })).toMatchObject({ status })
  })

  it.for([{ IPAM: [] }, { IPAM: { Config: {} } }, { IPAM: { Config: [{ Subnet: 1 }] } }, { Options: [] }, { Options: { 'com.docker.network.driver.mtu': 1 } }, { Labels: { a: 1 } }, { ConfigFrom: 'lan' }])('%j is malformed', async (body) => {
    expect(await network(body)).toMatchObject({ status: 400 })
  })
})

describe('a network', () => {
  it.for(['net', OWN_NET, OWN_NET.slice(0, 4)])('of the session is reached as %s', async (ref) => {
    const { judge } = createGuard()
    expect(await judge('GET', `/networks/${ref}?verbose=1&scope=local`)).toMatchObject({ status: 0, segments: ['networks', OWN_NET] })
    expect(await judge('DELETE', `/networks/${ref}`)).toMatchObject({ status: 0, segments: ['networks', OWN_NET] })
    for (const action of ['connect', 'disconnect'])
      expect(await judge('POST', `/networks/${ref}/${action}`, { Container: 'web' })).toMatchObject({ status: 0, segments: ['networks', OWN_NET, action], body: { Container: OWN } })
  })

  it.for(['lan', FOREIGN_NET, FOREIGN_NET.slice(0, 4), 'nobody', 'NET'])('of another is not reached as %s', async (ref) => {
    const { judge } = createGuard()
    const answer = { status: 404, message: `network ${ref} not found` }
    expect(await judge('GET', `/networks/${ref}`)).toEqual(answer)
    expect(await judge('DELETE', `/networks/${ref}`)).toEqual(answer)
    expect(await judge('POST', `/networks/${ref}/connect`, { Container: 'web' })).toEqual(answer)
    expect(await judge('POST', `/networks/${ref}/disconnect`, { Container: 'web' })).toEqual(answer)
  })

  it.for(['bridge', 'host', 'none'])('of every engine is seen as %s, and not removed', async (ref) => {
    const { judge } = createGuard()
    expect(await judge('GET', `/networks/${ref}`)).toMatchObject({ status: 0, segments: ['networks', ref] })
    expect(await judge('DELETE', `/networks/${ref}`)).toMatchObject({ status: 403 })
  })

  it.for([
    ['bridge', { Container: 'web' }, 0],
    ['host', { Container: 'web' }, 403],
    ['net', { Container: 'theirs' }, 404],
    ['bridge', { Container: 'theirs' }, 404],
    ['bridge', { Container: FOREIGN }, 404],
    ['net', { Container: '' }, 400],
    ['net', {}, 400],
    ['net', undefined, 400],
    ['net', { Container: ['web'] }, 400],
    ['net', { container: 'theirs', Container: 'web' }, 403],
  ] as const)('%s joined by %j: %i', async ([ref, body, status]) => {
    for (const action of ['connect', 'disconnect'])
      expect(await createGuard().judge('POST', `/networks/${ref}/${action}`, body)).toMatchObject({ status })
  })

  it('is left with force', async () => {
    expect(await createGuard().judge('POST', '/networks/net/disconnect', { Container: 'web', Force: true })).toMatchObject({ body: { Container: OWN, Force: true } })
    expect(await createGuard().judge('POST', '/networks/net/disconnect', { Container: 'web', Force: 1 })).toMatchObject({ status: 400 })
  })

  it('shows the session\'s containers only', async () => {
    const { filter } = await createGuard().judge('GET', '/networks/bridge')
    expect(await filter!({ Name: 'bridge', Containers: { [OWN]: { a: 1 }, [FOREIGN]: { b: 1 } } })).toEqual({ Name: 'bridge', Containers: { [OWN]: { a: 1 } } })
    expect(await filter!({ Name: 'bridge', Containers: null })).toEqual({ Name: 'bridge', Containers: null })
  })
})

describe('a list of networks', () => {
  it('has the session\'s and those of every engine', async () => {
    const { segments, query, filter } = await createGuard().judge('GET', '/networks?filters=%7B%22driver%22%3A%5B%22bridge%22%5D%7D')
    expect(segments).toEqual(['networks'])
    expect(query).toEqual([['filters', '{"driver":{"bridge":true}}']])
    const mine = { Name: 'net', Labels: SESSION_LABELS }
    const bridge = { Name: 'bridge', Labels: {} }
    expect(await filter!([mine, { Name: 'lan', Labels: { [LABELS.session]: 'another' } }, bridge, { Name: 'corp', Labels: null }])).toEqual([mine, bridge])
  })

  it('is pruned of the session\'s only', async () => {
    const { segments, query } = await createGuard().judge('POST', '/networks/prune?filters=%7B%22label%22%3A%5B%22a%22%5D%7D')
    expect(segments).toEqual(['networks', 'prune'])
    expect(JSON.parse(Object.fromEntries(query!).filters!)).toEqual({ label: { a: true, [`${LABELS.session}=${SESSION}`]: true } })
  })
})
