import { beforeAll, describe, expect, inject, it } from 'vitest'
import { IMAGE, openGuarded, usersOwn, withDemoImage } from './_guard.ts'

const dockerHost = inject('dockerHost')!

/**
 * Requests and what the guard says of them; OWN is a container of the session, REF another's, NET and VOL another's
 * network and volume.
 */
const REFUSED: [what: string, method: string, path: string, body: unknown, message: string | RegExp][] = [
  ['a program with privileges', 'POST', '/containers/OWN/exec', { Cmd: ['id'], Privileged: true }, 'grants: ["privileged:one"]'],
  ['the same in odd case', 'POST', '/containers/OWN/exec', { Cmd: ['id'], privileged: true }, 'the field privileged'],
  ['no limit of processes', 'POST', '/containers/OWN/update', { PidsLimit: -1 }, 'unlimited number of processes'],
  ['no limit of processes, as zero', 'POST', '/containers/OWN/update', { PidsLimit: 0 }, 'unlimited number of processes'],
  ['no limit of memory', 'POST', '/containers/OWN/update', { Memory: -1 }, 'unlimited memory'],
  ['no limit of swap', 'POST', '/containers/OWN/update', { MemorySwap: -1 }, 'unlimited swap'],
  ['no limit of time', 'POST', '/containers/OWN/update', { CpuQuota: -1 }, 'unlimited CPU time'],
  ['devices by an update', 'POST', '/containers/OWN/update', { Devices: [{ PathOnHost: '/dev/sda' }] }, 'devices'],
  ['a control group by an update', 'POST', '/containers/OWN/update', { CgroupParent: '/' }, 'CgroupParent'],
  ['a checkpoint', 'POST', '/containers/OWN/checkpoints', { CheckpointID: 'x' }, 'checkpoints'],
  ['a start from a checkpoint', 'POST', '/containers/OWN/start?checkpoint=x&checkpoint-dir=/etc', undefined, 'the parameter "checkpoint"'],
  ['to remove a link', 'DELETE', '/containers/OWN?link=1', undefined, 'to remove a link'],
  ['another\'s image by commit', 'POST', '/commit?container=REF&repo=x', undefined, 'No such container: REF'],
  ['a tag by commit', 'POST', `/commit?container=OWN&repo=kamishibai/demo&tag=1`, undefined, 'the tag kamishibai/demo:1'],
  ['a commit for later builds', 'POST', '/commit?container=OWN', { OnBuild: ['RUN x'] }, 'OnBuild'],
  ['a network of the LAN', 'POST', '/networks/create', { Name: 'x', Driver: 'macvlan' }, 'the network driver "macvlan"'],
  ['another', 'POST', '/networks/create', { Name: 'x', Driver: 'ipvlan', Options: { parent: 'eth0' } }, 'the network driver "ipvlan"'],
  ['the host\'s network again', 'POST', '/networks/create', { Name: 'x', Driver: 'host' }, 'the network driver "host"'],
  ['a bridge of the host', 'POST', '/networks/create', { Name: 'x', Options: { 'com.docker.network.bridge.name': 'docker0' } }, 'com.docker.network.bridge.name'],
  ['a network on every address', 'POST', '/networks/create', { Name: 'x', Options: { 'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0' } }, 'host_binding_ipv4'],
  ['a network without its own addresses', 'POST', '/networks/create', { Name: 'x', IPAM: { Driver: 'dhcp' } }, 'the address driver "dhcp"'],
  ['another\'s configuration', 'POST', '/networks/create', { Name: 'x', ConfigFrom: { Network: 'NET' } }, 'ConfigFrom.Network'],
  ['a network of a swarm', 'POST', '/networks/create', { Name: 'x', Scope: 'swarm' }, 'the scope "swarm"'],
  ['a network that has a name already', 'POST', '/networks/create', { Name: 'bridge' }, 'predefined bridge network'],
  ['another\'s container in a network', 'POST', '/networks/bridge/connect', { Container: 'REF' }, 'No such container: REF'],
  ['a container in another\'s network', 'POST', '/networks/NET/connect', { Container: 'OWN' }, 'network NET not found'],
  ['a container in the host\'s network', 'POST', '/networks/host/connect', { Container: 'OWN' }, 'the host\'s network'],
  ['another\'s container out of a network', 'POST', '/networks/bridge/disconnect', { Container: 'REF', Force: true }, 'No such container: REF'],
  ['the bridge of all', 'DELETE', '/networks/bridge', undefined, 'pre-defined network'],
  ['a volume with options', 'POST', '/volumes/create', { Name: 'xx', DriverOpts: { type: 'none', o: 'bind', device: '/etc' } }, 'volumes with driver options'],
  ['a volume of a driver', 'POST', '/volumes/create', { Name: 'xx', Driver: 'nfs' }, 'the volume driver "nfs"'],
  ['a volume of a cluster', 'POST', '/volumes/create', { Name: 'xx', ClusterVolumeSpec: { Group: 'x' } }, 'cluster volumes'],
  ['another\'s volume, made again', 'POST', '/volumes/create', { Name: 'VOL' }, 'the volume VOL: it exists'],
  ['a build beside the host\'s network', 'POST', '/build?networkmode=host', '', 'grants: ["host-network:one"]'],
  ['a build in another\'s network', 'POST', '/build?networkmode=container%3AREF', '', 'No such container: REF'],
  ['a build in a control group', 'POST', '/build?cgroupparent=/x', '', 'another parent of the control group'],
  ['a build with security options', 'POST', '/build?securityopt=x', '', 'security options of a build'],
  ['a build of what the engine fetches', 'POST', '/build?remote=http%3A%2F%2F127.0.0.1%2F', '', 'the engine fetches'],
  ['a build without limit', 'POST', '/build?memory=-1', '', 'a build without limit'],
  ['a build that renews', 'POST', '/build?pull=1', '', 'to renew base images'],
  ['a build over a tag', 'POST', '/build?t=x%3A1&t=kamishibai%2Fdemo%3A1', '', 'the tag kamishibai/demo:1'],
  ['a build by BuildKit', 'POST', '/build?version=2&session=x', '', 'BuildKit'],
  ['outputs of BuildKit', 'POST', '/build?outputs=%5B%7B%22Type%22%3A%22local%22%7D%5D', '', 'outputs of BuildKit'],
  ['BuildKit\'s session', 'POST', '/session', undefined, 'DOCKER_BUILDKIT=0'],
  ['BuildKit\'s calls', 'POST', '/grpc', undefined, 'DOCKER_BUILDKIT=0'],
  ['an import of what the engine fetches', 'POST', '/images/create?fromSrc=http%3A%2F%2F127.0.0.1%2F&repo=x', undefined, 'what the engine fetches'],
  ['a pull over a tag', 'POST', '/images/create?fromImage=kamishibai%2Fdemo&tag=1', undefined, 'the tag kamishibai/demo:1'],
  ['the same by its whole name', 'POST', '/images/create?fromImage=docker.io%2Fkamishibai%2Fdemo%3A1', undefined, 'the tag kamishibai/demo:1'],
  ['a pull of all tags', 'POST', '/images/create?fromImage=kamishibai%2Fdemo', undefined, 'name one tag'],
  ['a tag over another', 'POST', `/images/${IMAGE}/tag?repo=index.docker.io%2Fkamishibai%2Fdemo&tag=1`, undefined, 'the tag kamishibai/demo:1'],
  ['another\'s image removed', 'DELETE', `/images/${IMAGE}?force=1`, undefined, 'it is not the session\'s own'],
  ['another\'s image pushed', 'POST', '/images/kamishibai/demo/push?tag=1', undefined, 'tag it first'],
  ['plugins', 'POST', '/plugins/pull?remote=x', [], 'refuses plugins'],
  ['a swarm', 'POST', '/swarm/init', {}, 'refuses swarm'],
  ['services', 'GET', '/services', undefined, 'services of a swarm'],
  ['secrets', 'POST', '/secrets/create', {}, 'secrets'],
  ['configurations', 'GET', '/configs', undefined, 'configurations'],
  ['the engine\'s inner state', 'GET', '/debug/pprof/', undefined, /inner state|no path/],
  ['an endpoint of tomorrow', 'POST', '/containers/OWN/teleport', undefined, 'which it does not know'],
  ['a parameter of tomorrow', 'POST', '/containers/OWN/stop?everywhere=1', undefined, 'the parameter "everywhere"'],
  ['a filter of tomorrow', 'GET', '/containers/json?filters=%7B%22all%22%3A%5B%22x%22%5D%7D', undefined, 'the filter "all"'],
]

describe.skipIf(!dockerHost)('an action behind the guard', () => {
  beforeAll(async () => withDemoImage(dockerHost))

  it.for(['', '/v1.24', '/v1.41'])('is refused where it reaches beyond the session: %s/…', async (version) => {
    const guarded = await openGuarded(dockerHost)
    const { docker, raw, name, user } = guarded
    const [own, ref, net, volume] = [name('own'), name('theirs'), name('net'), name('vol')]
    await usersOwn(guarded, ['run', '-d', '--name', ref, IMAGE, 'sleep', '600'], ['rm', '-f', ref])
    await usersOwn(guarded, ['network', 'create', net], ['network', 'rm', net])
    await usersOwn(guarded, ['volume', 'create', volume], ['volume', 'rm', volume])
    await docker(['run', '-d', '--name', own, IMAGE, 'sleep', '600'])
    const listImages = async (): Promise<string[]> => (await user(['images', '-aq', '--no-trunc'])).stdout.split('\n').sort()
    const images = await listImages()
    const fill = (text: string): string => text.replaceAll('OWN', own).replaceAll('REF', ref).replaceAll('NET', net).replaceAll('VOL', volume)
    const wrong: string[] = []
    for (const [what, method, path, body, message] of REFUSED) {
      const answer = await raw(method, version + fill(path), body && JSON.parse(fill(JSON.stringify(body))))
      const said = typeof message === 'string' ? answer.message.includes(fill(message)) : message.test(answer.message)
      if (answer.status < 400 || !said)
        wrong.push(`${what}: ${answer.status} ${answer.text}`)
    }
    expect(wrong).toEqual([])
    expect((await docker(['ps', '-a', '--format', '{{.Names}} {{.State}}'])).stdout).toBe(`${own} running\n`)
    expect(await listImages()).toEqual(images)
  })
})
