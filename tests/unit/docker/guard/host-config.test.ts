import { describe, expect, it } from 'vitest'
import { createGuard, EMPTY, KINDS, OWN } from './_guard.ts'

type Options = Parameters<typeof createGuard>[0]

const create = (HostConfig: object, options: Options = {}) => createGuard(options).judge('POST', '/containers/create', { Image: 'demo:1', HostConfig })
const update = (body: object, options: Options = {}) => createGuard(options).judge('POST', '/containers/web/update', body)

/** What a container may take, as both its creation and an update say it. */
const RESOURCES = [
  ['CpuShares', 'count'],
  ['Memory', 'count'],
  ['NanoCpus', 'count'],
  ['BlkioWeight', 'count'],
  ['CpuPeriod', 'count'],
  ['CpuQuota', 'count'],
  ['CpusetCpus', 'text'],
  ['CpusetMems', 'text'],
  ['KernelMemory', 'count'],
  ['KernelMemoryTCP', 'count'],
  ['MemoryReservation', 'count'],
  ['MemorySwap', 'count'],
  ['MemorySwappiness', 'integer'],
  ['CpuCount', 'count'],
  ['CpuPercent', 'count'],
  ['IOMaximumIOps', 'count'],
  ['IOMaximumBandwidth', 'count'],
] as const

const FIELDS = [
  ...RESOURCES,
  ['ContainerIDFile', 'text'],
  ['AutoRemove', 'flag'],
  ['ConsoleSize', 'integers'],
  ['CapDrop', 'texts'],
  ['Dns', 'texts'],
  ['DnsOptions', 'texts'],
  ['DnsSearch', 'texts'],
  ['ExtraHosts', 'texts'],
  ['GroupAdd', 'texts'],
  ['OomScoreAdj', 'count'],
  ['ReadonlyRootfs', 'flag'],
  ['Tmpfs', 'map'],
  ['ShmSize', 'count'],
  ['Init', 'flag'],
] as const

/** Counts that the session's limits replace when they are zero. */
const LIMITED = ['Memory', 'NanoCpus']

describe('how a container stands on its host', () => {
  it.for(FIELDS)('%s takes values of its kind: %s', async ([name, kind]) => {
    for (const value of KINDS[kind].good) {
      if (value !== 0 || !LIMITED.includes(name))
        expect(await create({ [name]: value })).toMatchObject({ status: 0, body: { HostConfig: { [name]: value } } })
    }
  })

  it.for(FIELDS)('%s takes no others: %s', async ([name, kind]) => {
    for (const value of KINDS[kind].bad)
      expect(await create({ [name]: value }), JSON.stringify(value)).toMatchObject({ status: 400, message: expect.stringContaining(`HostConfig.${name}`) })
  })

  it.for(FIELDS.filter(([, kind]) => kind === 'count'))('%s is refused below zero, where it means no limit', async ([name]) => {
    expect(await create({ [name]: -1 })).toMatchObject({ status: 403, message: expect.stringContaining(`(HostConfig.${name}: -1)`) })
  })

  it.for([
    'CgroupParent',
    'BlkioWeightDevice',
    'BlkioDeviceReadBps',
    'BlkioDeviceWriteBps',
    'BlkioDeviceReadIOps',
    'BlkioDeviceWriteIOps',
    'CpuRealtimePeriod',
    'CpuRealtimeRuntime',
    'DeviceCgroupRules',
    'DeviceRequests',
    'OomKillDisable',
    'Annotations',
    'Cgroup',
    'StorageOpt',
  ])('%s is refused, but for its empty values', async (name) => {
    for (const value of [true, 1, 'x', ['x'], { x: 'y' }])
      expect(await create({ [name]: value })).toMatchObject({ status: 403, message: expect.stringContaining(`(HostConfig.${name})`) })
    for (const value of EMPTY) {
      const { status, body } = await create({ [name]: value })
      expect(status).toBe(0)
      expect(body).not.toHaveProperty(`HostConfig.${name}`)
    }
  })

  it.for(['MaskedPaths', 'ReadonlyPaths'])('%s is the engine\'s own: even an empty list unmasks', async (name) => {
    for (const value of [[], ['/proc/kcore'], '', false, {}])
      expect(await create({ [name]: value })).toMatchObject({ status: 403 })
    expect(await create({ [name]: null })).toMatchObject({ status: 0 })
  })

  it.for([
    ['VolumeDriver', ['local', ''], ['nfs', 'LOCAL', 'local ']],
    ['CgroupnsMode', ['private', ''], ['host', 'Private']],
    ['UTSMode', ['private', ''], ['host', 'HOST']],
    ['UsernsMode', ['private', ''], ['host', 'remap']],
    ['Runtime', ['runc', 'io.containerd.runc.v2', ''], ['sysbox', '/bin/sh', 'RUNC']],
    ['Isolation', ['default', ''], ['process', 'hyperv']],
    ['IpcMode', ['none', 'private', 'shareable', ''], ['host', 'HOST', 'ns:/proc/1/ns/ipc']],
    ['PidMode', [''], ['private', 'HOST', 'ns:/proc/1/ns/pid']],
  ] as const)('%s is one of %j', async ([name, allowed, refused]) => {
    for (const value of allowed)
      expect(await create({ [name]: value })).toMatchObject({ status: 0, body: { HostConfig: { [name]: value } } })
    for (const value of refused)
      expect(await create({ [name]: value }), value).toMatchObject({ status: 403, message: expect.stringContaining(`(HostConfig.${name})`) })
    expect(await create({ [name]: 1 })).toMatchObject({ status: 400 })
  })

  it.for(['IpcMode', 'PidMode', 'NetworkMode'])('%s may be that of another container of the session', async (name) => {
    expect(await create({ [name]: 'container:web' })).toMatchObject({ status: 0, body: { HostConfig: { [name]: `container:${OWN}` } } })
    for (const ref of ['theirs', 'nobody', '', 'web\n', 'web:ro'])
      expect(await create({ [name]: `container:${ref}` })).toMatchObject({ status: 400, message: `No such container: ${ref}` })
    expect((await create({ [name]: 'Container:web' })).status).toBeGreaterThanOrEqual(400)
  })

  it.for([
    ['web', OWN],
    ['a1:ro', `${OWN}:ro`],
    ['front:rw', `${OWN}:rw`],
  ])('VolumesFrom names a container of the session: %s', async ([ref, sent]) => {
    expect(await create({ VolumesFrom: [ref] })).toMatchObject({
      status: 0,
      body: { HostConfig: { VolumesFrom: [sent] } },
    })
  })

  it.for(['theirs', 'theirs:ro', '', ':ro', null])('VolumesFrom names no other: %s', async (ref) => {
    expect(await create({ VolumesFrom: [ref] })).toMatchObject({ status: 400, message: expect.stringContaining('No such container') })
  })

  it.for([
    ['Links', 'web:db', `${OWN}:db`],
    ['Links', 'web', `${OWN}:web`],
    ['Links', '/web:db', `${OWN}:db`],
    ['Links', 'theirs:db', undefined],
    ['Links', 'web:db:x', undefined],
    ['Links', ':db', undefined],
    ['Links', '', undefined],
  ] as const)('%s of %j', async ([name, link, sent]) => {
    expect(await create({ [name]: [link] })).toMatchObject(
      sent ? { status: 0, body: { HostConfig: { [name]: [sent] } } } : { status: 400 },
    )
  })

  it.for([
    'no-new-privileges',
    'no-new-privileges:true',
    'no-new-privileges=true',
  ])('SecurityOpt may be %s', async (option) => {
    expect(await create({ SecurityOpt: [option] })).toMatchObject({
      status: 0,
      body: { HostConfig: { SecurityOpt: [option] } },
    })
  })

  it.for([
    'no-new-privileges:false',
    'no-new-privileges=false',
    'seccomp=unconfined',
    'seccomp:unconfined',
    'apparmor=unconfined',
    'label=disable',
    'systempaths=unconfined',
    'no-new-privileges\nseccomp=unconfined',
    '',
    null,
  ])('SecurityOpt may not be %j', async (option) => {
    expect(await create({ SecurityOpt: [option] })).toMatchObject({ status: 403, message: expect.stringContaining('the security option') })
  })

  it.for([
    ['net.ipv4.ip_forward', 0],
    ['net.ipv4.ip_unprivileged_port_start', 0],
    ['kernel.shm_rmid_forced', 0],
    ['net.ipv6.conf.all.disable_ipv6', 0],
    ['kernel.core_pattern', 403],
    ['kernel.shmmax', 403],
    ['net.core.somaxconn', 403],
    ['vm.overcommit_memory', 403],
    ['fs.mqueue.msg_max', 403],
    ['net/ipv4/ip_forward', 403],
    ['NET.IPV4.IP_FORWARD', 403],
  ] as const)('Sysctls with %s are judged by their names: %i', async ([name, status]) => {
    expect(await create({ Sysctls: { [name]: '1' } })).toMatchObject({ status })
    expect(await create({ Sysctls: { [name]: 1 } })).toMatchObject({ status: 400 })
  })

  it.for([
    [{ Type: 'json-file', Config: { 'max-size': '1m', 'tag': 'x' } }, 0],
    [{ Type: 'none' }, 0],
    [{ Type: 'local', Config: {} }, 0],
    [{ Type: '', Config: null }, 0],
    [{ Type: 'syslog' }, 403],
    [{ Type: 'fluentd', Config: { 'fluentd-address': '127.0.0.1:1' } }, 403],
    [{ Type: 'json-file', Config: { 'syslog-address': 'udp://x' } }, 403],
    [{ Type: 'json-file', Config: { 'max-size': 1 } }, 400],
    [{ type: 'none' }, 403],
    [[], 400],
  ] as const)('LogConfig %j: %i', async ([LogConfig, status]) => {
    expect(await create({ LogConfig })).toMatchObject({ status })
  })

  it.for([
    [{ Name: 'no' }, 0],
    [{ Name: 'always' }, 0],
    [{ Name: 'unless-stopped' }, 0],
    [{ Name: 'on-failure', MaximumRetryCount: 3 }, 0],
    [{ Name: '' }, 0],
    [{ Name: 'forever' }, 403],
    [{ Name: 'Always' }, 403],
    [{ Name: 'on-failure', MaximumRetryCount: -1 }, 403],
    [{ Name: 'no', MaximumRetryCount: '1' }, 400],
    [{ Name: 'no', Delay: 1 }, 403],
    ['always', 400],
  ] as const)('RestartPolicy %j: %i', async ([RestartPolicy, status]) => {
    expect(await create({ RestartPolicy })).toMatchObject({ status })
    expect(await update({ RestartPolicy })).toMatchObject({ status })
  })

  it.for([
    [{ Name: 'nofile', Soft: 1, Hard: 2 }, 0],
    [{ Name: 'core', Soft: -1, Hard: -1 }, 0],
    [{ Name: 'memlock' }, 0],
    [{ Name: 'rtprio', Hard: 99 }, 403],
    [{ Name: 'sigpending', Hard: 1 }, 403],
    [{ Name: 'nice', Hard: 1 }, 403],
    [{ Name: 'NOFILE', Hard: 1 }, 403],
    [{ Name: 'nofile', Soft: '1' }, 400],
    [{ name: 'nofile' }, 403],
    ['nofile=1', 400],
  ] as const)('Ulimits %j: %i', async ([ulimit, status]) => {
    expect(await create({ Ulimits: [ulimit] })).toMatchObject({ status })
  })
})

describe('what needs a grant', () => {
  it.for([
    [{ Privileged: true }, 'privileged:one'],
    [{ PidMode: 'host' }, 'host-pid:one'],
    [{ NetworkMode: 'host' }, 'host-network:one'],
    [{ CapAdd: ['NET_ADMIN'] }, 'cap:NET_ADMIN:one'],
    [{ CapAdd: ['CAP_NET_ADMIN'] }, 'cap:NET_ADMIN:one'],
    [{ CapAdd: ['cap_net_admin'] }, 'cap:NET_ADMIN:one'],
    [{ CapAdd: ['ALL'] }, 'cap:ALL:one'],
    [{ Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }] }, 'device:/dev/fuse:one'],
    [{ PortBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] } }, 'port:0.0.0.0:one'],
    [{ PortBindings: { '80/tcp': [{ HostIp: '192.0.2.1' }] } }, 'port:192.0.2.1:one'],
  ] as const)('%j is refused without, and says which: %s', async ([HostConfig, grant]) => {
    expect(await create(HostConfig)).toMatchObject({ status: 403, message: expect.stringContaining(`grants: ["${grant}"]`) })
    expect(await create(HostConfig, { grants: [grant] })).toMatchObject({ status: 0, body: { HostConfig } })
    expect(await create(HostConfig, { grants: [grant], step: 'two' })).toMatchObject({ status: 403 })
  })

  it.for([
    [{ CapAdd: ['NET_ADMIN', 'SYS_ADMIN'] }, 'cap:NET_ADMIN:one', 'cap:SYS_ADMIN:one'],
    [{ CapAdd: ['ALL'] }, 'cap:NET_ADMIN:one', 'cap:ALL:one'],
    [{ CapAdd: ['NET_ADMIN'] }, 'privileged:one', 'cap:NET_ADMIN:one'],
    [{ Devices: [{ PathOnHost: '/dev/fuse' }, { PathOnHost: '/dev/kvm' }] }, 'device:/dev/fuse:one', 'device:/dev/kvm:one'],
    [{ Devices: [{ PathOnHost: '/dev/fuse/../sda' }] }, 'device:/dev/fuse:one', 'device:/dev/fuse/../sda:one'],
    [{ Privileged: true }, 'cap:ALL:one', 'privileged:one'],
    [{ PidMode: 'host' }, 'privileged:one', 'host-pid:one'],
    [{ NetworkMode: 'host' }, 'privileged:one', 'host-network:one'],
    [{ PortBindings: { '80/tcp': [{ HostIp: '::' }] } }, 'port:0.0.0.0:one', 'port::::one'],
  ] as const)('%j is not covered by another grant, %s', async ([HostConfig, grant, needed]) => {
    expect(await create(HostConfig, { grants: [grant] })).toMatchObject({ status: 403, message: expect.stringContaining(`grants: ["${needed}"]`) })
  })

  it.for([
    [{ Privileged: 'true' }, 400],
    [{ Privileged: 1 }, 400],
    [{ privileged: true }, 403],
    [{ CapAdd: 'NET_ADMIN' }, 400],
    [{ CapAdd: [1] }, 400],
    [{ CapAdd: [null] }, 403],
    [{ Devices: [null] }, 403],
    [{ Devices: [{}] }, 403],
    [{ Devices: ['/dev/fuse'] }, 400],
    [{ Devices: [[]] }, 400],
    [{ Devices: { PathOnHost: '/dev/fuse' } }, 400],
    [{ Devices: [{ pathonhost: '/dev/fuse' }] }, 403],
  ] as const)('%j is no way around: %i', async ([HostConfig, status]) => {
    expect(await create(HostConfig)).toMatchObject({ status })
  })
})

describe('an update', () => {
  it.for(RESOURCES)('of %s takes values of its kind: %s', async ([name, kind]) => {
    for (const value of KINDS[kind].good)
      expect(await update({ [name]: value })).toMatchObject({ status: 0, body: { [name]: value } })
    for (const value of KINDS[kind].bad)
      expect(await update({ [name]: value })).toMatchObject({ status: 400 })
    if (kind === 'count')
      expect(await update({ [name]: -1 })).toMatchObject({ status: 403 })
  })

  it.for([
    [{ PidsLimit: 7 }, 0],
    [{ PidsLimit: null }, 0],
    [{ PidsLimit: 0 }, 403],
    [{ PidsLimit: -1 }, 403],
    [{ Devices: [{ PathOnHost: '/dev/sda' }] }, 403],
    [{ Devices: [] }, 0],
    [{ OomKillDisable: true }, 403],
    [{ CgroupParent: '/' }, 403],
    [{ DeviceCgroupRules: ['a *:* rwm'] }, 403],
    [{ Privileged: true }, 403],
    [{ Binds: ['/:/x'] }, 403],
    [[], 400],
  ] as const)('with %j: %i', async ([body, status]) => {
    expect(await update(body, { grants: ['device:/dev/sda:one', 'privileged:one'] })).toMatchObject({ status })
  })

  it('may be empty', async () => {
    expect(await createGuard().judge('POST', '/containers/web/update')).toMatchObject({ status: 0, body: {} })
  })
})
