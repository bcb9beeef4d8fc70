import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { LABELS } from '../../../runners/protocol/runner.ts'
import { CLIENTS, IMAGE, openGuarded, usersOwn, withDemoImage } from './_guard.ts'

const dockerHost = inject('dockerHost')!

/**
 * What `docker run` is refused, with the grant that its message names; REF is another's container, DECK the deck's
 * folder.
 */
const REFUSED: [what: string, args: string[], message: string | RegExp][] = [
  ['privileged mode', ['--privileged'], 'grants: ["privileged:one"]'],
  ['the host\'s network', ['--network', 'host'], 'grants: ["host-network:one"]'],
  ['the host\'s processes', ['--pid', 'host'], 'grants: ["host-pid:one"]'],
  ['the host\'s IPC', ['--ipc', 'host'], 'HostConfig.IpcMode'],
  ['the host\'s name', ['--uts', 'host'], 'HostConfig.UTSMode'],
  ['the host\'s users', ['--userns', 'host'], 'HostConfig.UsernsMode'],
  ['the host\'s control groups', ['--cgroupns', 'host'], 'HostConfig.CgroupnsMode'],
  ['another\'s processes', ['--pid', 'container:REF'], 'No such container: REF'],
  ['another\'s IPC', ['--ipc', 'container:REF'], 'No such container: REF'],
  ['another\'s network', ['--network', 'container:REF'], 'No such container: REF'],
  ['another\'s volumes', ['--volumes-from', 'REF'], 'No such container: REF'],
  ['a link to another\'s', ['--link', 'REF:x'], 'No such container: REF'],
  ['an added capability', ['--cap-add', 'sys_admin'], 'grants: ["cap:SYS_ADMIN:one"]'],
  ['all capabilities', ['--cap-add', 'ALL'], 'grants: ["cap:ALL:one"]'],
  ['a device', ['--device', '/dev/null'], 'grants: ["device:/dev/null:one"]'],
  ['a rule for devices', ['--device-cgroup-rule', 'c 1:3 rwm'], 'HostConfig.DeviceCgroupRules'],
  ['graphics cards', ['--gpus', 'all'], 'HostConfig.DeviceRequests'],
  ['no seccomp', ['--security-opt', 'seccomp=unconfined'], 'HostConfig.SecurityOpt'],
  ['no AppArmor', ['--security-opt', 'apparmor=unconfined'], 'HostConfig.SecurityOpt'],
  ['unmasked paths', ['--security-opt', 'systempaths=unconfined'], 'HostConfig.MaskedPaths'],
  ['another control group', ['--cgroup-parent', '/x'], 'HostConfig.CgroupParent'],
  ['a kernel parameter', ['--sysctl', 'kernel.msgmax=1000'], 'kernel.msgmax'],
  ['the root of the host', ['-v', '/:/host'], 'grants: ["mount:/:rw:one"]'],
  ['a folder of the host, read only', ['-v', '/etc:/x:ro'], 'grants: ["mount:/etc:ro:one"]'],
  ['a folder of the host as a mount', ['--mount', 'type=bind,source=/etc,target=/x,readonly'], 'grants: ["mount:/etc:ro:one"]'],
  ['a way up from the deck', ['-v', 'DECK/../../etc:/x'], 'grants: ["mount:/etc:rw:one"]'],
  ['a link out of the deck', ['-v', 'DECK/out:/x'], 'grants: ["mount:/etc:rw:one"]'],
  ['a way through a link', ['-v', 'DECK/out/../etc/ssl:/x'], 'bind source path does not exist'],
  ['to write into the deck', ['-v', 'DECK/in:/x:rw'], /grants: \["mount:\/.*\/in:rw:one"\]/],
  ['to relabel the deck', ['-v', 'DECK/in:/x:z'], /grants: \["mount:\/.*\/in:rw:one"\]/],
  ['to make a folder', ['-v', 'DECK/missing:/x'], 'bind source path does not exist'],
  ['mount propagation', ['-v', 'DECK/in:/x:ro,shared'], 'the mount option "shared"'],
  ['mount propagation of a mount', ['--mount', 'type=bind,source=DECK/in,target=/x,bind-propagation=rshared'], 'BindOptions.Propagation'],
  ['a volume driver', ['--volume-driver', 'nfs', '-v', 'v:/x'], 'HostConfig.VolumeDriver'],
  ['a volume that is a folder', ['--mount', 'type=volume,source=vv,target=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc'], 'volumes with driver options'],
  ['another runtime', ['--runtime', 'crun'], 'HostConfig.Runtime'],
  ['to outlive others', ['--oom-score-adj=-500'], 'HostConfig.OomScoreAdj'],
  ['not to be killed', ['--oom-kill-disable'], 'HostConfig.OomKillDisable'],
  ['options of storage', ['--storage-opt', 'size=1G'], 'HostConfig.StorageOpt'],
  ['a logger that sends', ['--log-driver', 'syslog'], 'HostConfig.LogConfig.Type'],
  ['a logger\'s option', ['--log-driver', 'json-file', '--log-opt', 'path=/etc/x'], 'the log option "path"'],
  ['real-time limits', ['--ulimit', 'rtprio=99'], 'the ulimit "rtprio"'],
  ['limits of devices', ['--device-write-bps', '/dev/null:1mb'], 'limits of the host\'s devices'],
  ['unlimited swap', ['--memory-swap', '-1'], 'unlimited swap'],
  ['unlimited processes', ['--pids-limit', '-1'], 'an unlimited number of processes'],
  ['every address', ['-p', '0.0.0.0::80'], 'grants: ["port:0.0.0.0:one"]'],
  ['every address of IPv6', ['-p', '[::]::80'], 'grants: ["port::::one"]'],
  ['another address', ['-p', '192.0.2.1::80'], 'grants: ["port:192.0.2.1:one"]'],
  ['another\'s network by name', ['--network', 'NET'], 'network NET not found'],
  ['another\'s volume', ['-v', 'VOL:/x'], 'the volume VOL: it exists, and is not the session\'s own'],
  ['another\'s volume as a mount', ['--mount', 'type=volume,source=VOL,target=/x'], 'the volume VOL: it exists'],
]

describe.skipIf(!dockerHost)('docker run behind the guard', () => {
  beforeAll(async () => withDemoImage(dockerHost))

  it.for(CLIENTS)('is refused in the daemon\'s words what no grant allows: $name', async ({ path }) => {
    const guarded = await openGuarded(dockerHost)
    const { config, docker, name } = guarded
    const [ref, net, volume] = [name('theirs'), name('net'), name('vol')]
    await usersOwn(guarded, ['run', '-d', '--name', ref, IMAGE, 'sleep', '600'], ['rm', '-f', ref])
    await usersOwn(guarded, ['network', 'create', net], ['network', 'rm', net])
    await usersOwn(guarded, ['volume', 'create', volume], ['volume', 'rm', volume])
    await mkdir(join(config.deckDir, 'in'))
    await symlink('/etc', join(config.deckDir, 'out'))
    const fill = (text: string): string => text.replaceAll('REF', ref).replaceAll('NET', net).replaceAll('VOL', volume).replaceAll('DECK', config.deckDir)
    const wrong: string[] = []
    for (const [what, args, message] of REFUSED) {
      const { code, stderr } = await docker(['run', '--rm', ...args.map(fill), IMAGE, 'true'], '', path)
      const said = typeof message === 'string' ? stderr.includes(fill(message)) : message.test(stderr)
      // An old client does not know every flag; the raw API is tried in `body.test.ts`.
      if (!stderr.startsWith('unknown flag') && (code !== 125 || !said || !stderr.includes('Error response from daemon: ')))
        wrong.push(`${what}: ${code} ${stderr}`)
    }
    expect(wrong).toEqual([])
    expect((await docker(['ps', '-aq'])).stdout).toBe('')
  })

  it('is allowed to the step that a grant names, and to no other', async () => {
    const { docker, become } = await openGuarded(dockerHost, ['privileged:one', 'host-network:one', 'host-pid:one', 'cap:NET_ADMIN:one', 'device:/dev/null:one', 'port:0.0.0.0:one', 'mount:/usr/share:ro:one', 'mount:.:rw:one'])
    const allowed = [['--privileged'], ['--network', 'host'], ['--pid', 'host'], ['--cap-add', 'CAP_NET_ADMIN'], ['--device', '/dev/null:/dev/x'], ['-p', '0.0.0.0::80'], ['-v', '/usr/share:/x:ro'], ['-v', '/usr/share/doc:/x:ro']]
    // The machine may lack what a container with all its privileges would get: it is made, not started.
    for (const args of allowed)
      expect(await docker(['create', ...args, IMAGE])).toMatchObject({ code: 0, stderr: '' })
    for (const args of [['--cap-add', 'SYS_ADMIN'], ['--device', '/dev/zero'], ['-v', '/usr/share:/x:rw'], ['-v', '/usr:/x:ro'], ['-p', '192.0.2.1::80'], ['--ipc', 'host']])
      expect(await docker(['run', '--rm', ...args, IMAGE, 'true'])).toMatchObject({ code: 125, stderr: expect.stringContaining('guard refuses') })
    become('two')
    for (const args of allowed)
      expect(await docker(['run', '--rm', ...args, IMAGE, 'true'])).toMatchObject({ code: 125, stderr: expect.stringContaining(':two"]') })
  })

  it('mounts the deck\'s folder, read-only unless a grant says otherwise', async () => {
    const { config, docker, become } = await openGuarded(dockerHost, ['mount:./data:rw:writes'])
    await mkdir(join(config.deckDir, 'data'))
    await writeFile(join(config.deckDir, 'data', 'file'), 'from the deck\n')
    await symlink('data', join(config.deckDir, 'link'))
    const script = 'cat /x/file; echo new > /x/new'
    for (const args of [['-v', `${config.deckDir}/data:/x`], ['-v', `${config.deckDir}/link:/x:ro`], ['--mount', `type=bind,source=${config.deckDir}/data,target=/x`]])
      expect(await docker(['run', '--rm', ...args, IMAGE, 'sh', '-c', script])).toMatchObject({ code: 1, stdout: 'from the deck\n', stderr: expect.stringContaining('Read-only file system') })
    become('writes')
    expect(await docker(['run', '--rm', '-v', `${config.deckDir}/data:/x`, IMAGE, 'sh', '-c', script])).toMatchObject({ code: 0 })
    expect(await docker(['run', '--rm', '-v', `${config.deckDir}/data:/x:ro`, IMAGE, 'sh', '-c', script])).toMatchObject({ code: 1 })
    expect(await docker(['run', '--rm', '-v', `${config.deckDir}:/x:rw`, IMAGE, 'true'])).toMatchObject({ code: 125 })
  })

  it('gets the deck\'s limits unless it sets its own, and ports on loopback', async () => {
    const { engine, docker, name } = await openGuarded(dockerHost)
    const made = async (...args: string[]) => {
      const { stdout } = await docker(['run', '-d', '--name', name('c'), ...args, IMAGE])
      const { HostConfig, NetworkSettings, Config } = await engine.getContainer(stdout.trim()).inspect()
      await docker(['rm', '-f', name('c')])
      return {
        ...HostConfig,
        labels: Config.Labels,
        bound: Object.values(NetworkSettings.Ports)
          .flat()
          .filter(Boolean)
          .map(binding => (binding as { HostIp: string }).HostIp),
      }
    }
    expect(await made()).toMatchObject({ Memory: 256 * 1024 ** 2, PidsLimit: 256, NanoCpus: 1e9, bound: [] })
    expect(await made('-m', '512m', '--pids-limit', '20', '--cpus', '0.5')).toMatchObject({ Memory: 512 * 1024 ** 2, PidsLimit: 20, NanoCpus: 5e8 })
    expect(await made('--cpu-quota', '20000')).toMatchObject({ CpuQuota: 20_000, NanoCpus: 0 })
    expect(await made('-P')).toMatchObject({ bound: ['127.0.0.1'], PublishAllPorts: false })
    expect(await made('-p', '8080')).toMatchObject({ bound: ['127.0.0.1'] })
    expect(await made('-p', '127.0.0.2::8080')).toMatchObject({ bound: ['127.0.0.2'] })
    expect(await made('--label', 'dev.kamishibai.session=other', '--label', 'mine=yes')).toMatchObject({ labels: { 'dev.kamishibai.step': 'one', 'dev.kamishibai.session': expect.not.stringMatching('other'), 'mine': 'yes' } })
  })

  it('publishes on the gateway of a network of the session', async () => {
    const { docker, name } = await openGuarded(dockerHost)
    await docker(['network', 'create', name('n')])
    const gateway = (await docker(['network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', name('n')])).stdout.trim()
    await docker(['run', '-d', '--name', name('c'), '-p', `${gateway}::8080`, IMAGE])
    expect((await docker(['port', name('c')])).stdout).toContain(`-> ${gateway}:`)
    expect(await docker(['run', '-d', '-p', '172.17.0.1::8080', IMAGE])).toMatchObject({ code: 125, stderr: expect.stringContaining('grants: ["port:172.17.0.1:one"]') })
  })

  it('knows the container of a step by the step\'s id, unless another has it as its name', async () => {
    const guarded = await openGuarded(dockerHost)
    const { config: { sessionId, labels }, docker, name } = guarded
    const step = name('web')
    const labelled = Object.entries({ ...labels, [LABELS.step]: step }).flatMap(([key, value]) => ['--label', `${key}=${value}`])
    const id = await usersOwn(guarded, ['create', '--name', `${step}-${sessionId}`, ...labelled, IMAGE], ['rm', '-f', `${step}-${sessionId}`])
    expect((await docker(['inspect', '-f', '{{.Id}}', step])).stdout.trim()).toBe(id)
    const { stdout: other } = await docker(['create', '--name', step, IMAGE])
    expect((await docker(['inspect', '-f', '{{.Id}}', step])).stdout).toBe(other)
    const stranger = await openGuarded(dockerHost)
    expect((await stranger.docker(['inspect', step])).code).not.toBe(0)
  })
})
