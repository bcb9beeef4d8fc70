import { beforeAll, describe, expect, inject, it } from 'vitest'
import { IMAGE, openGuarded, usersOwn, withDemoImage } from './_guard.ts'

const dockerHost = inject('dockerHost')!
const VERSIONS = ['', '/v1.24', '/v1.30', '/v1.41']

const host = (config: object): object => ({ Image: IMAGE, HostConfig: config })

/**
 * Bodies that create a container, and what the guard says of them; REF is another's container, NET another's network.
 */
const REFUSED: [what: string, body: unknown, message: string][] = [
  ['privileged mode', host({ Privileged: true }), 'privileged mode'],
  ['a field in odd case', host({ privileged: true }), 'the field HostConfig.privileged'],
  ['a field in capitals', host({ PRIVILEGED: true }), 'the field HostConfig.PRIVILEGED'],
  ['a part in odd case', { Image: IMAGE, hostconfig: { Privileged: true } }, 'the field hostconfig'],
  ['a letter that folds to another', host({ Bind\u017F: ['/:/x'] }), 'the field HostConfig.Bind\u017F'],
  ['a key before 1.18', { Image: IMAGE, Privileged: true }, 'the field Privileged'],
  ['another', { Image: IMAGE, Binds: ['/:/x'] }, 'the field Binds'],
  ['a key twice, the last counts', `{"Image":"${IMAGE}","HostConfig":{"Privileged":false},"HostConfig":{"Privileged":true}}`, 'privileged mode'],
  ['a key twice within', `{"Image":"${IMAGE}","HostConfig":{"CapAdd":null,"CapAdd":["SYS_ADMIN"]}}`, 'the added capability SYS_ADMIN'],
  ['a prototype', `{"Image":"${IMAGE}","__proto__":{"Privileged":true}}`, 'the field __proto__'],
  ['a prototype within', `{"Image":"${IMAGE}","HostConfig":{"__proto__":{"Privileged":true}}}`, 'the field HostConfig.__proto__'],
  ['a text for a flag', host({ Privileged: 'true' }), 'HostConfig.Privileged is not true or false'],
  ['a number for a flag', host({ Privileged: 1 }), 'HostConfig.Privileged is not true or false'],
  ['a text for a list', host({ CapAdd: 'SYS_ADMIN' }), 'HostConfig.CapAdd is not a list'],
  ['a list for an object', { Image: IMAGE, HostConfig: [{ Privileged: true }] }, 'HostConfig is not an object'],
  ['a list', [host({})], 'the body is not an object'],
  ['nothing', 'null', 'Config cannot be empty'],
  ['no JSON', 'Image: x', 'the body is no JSON'],
  ['more after the JSON', `${JSON.stringify({ Image: IMAGE })}{"HostConfig":{}}`, 'the body is no JSON'],
  ['a byte order mark', `\uFEFF${JSON.stringify({ Image: IMAGE })}`, 'the body is no JSON'],
  ['bytes that are no UTF-8', Buffer.from(`{"Image":"${IMAGE}","HostConfig":{"Privilege\xFF":true}}`, 'latin1'), 'the body is no JSON'],
  ['UTF-16', Buffer.from(JSON.stringify({ Image: IMAGE }), 'utf16le'), 'the body is no JSON'],
  ['a field that does not exist yet', host({ HostUsers: true }), 'the field HostConfig.HostUsers'],
  ['unmasked paths', host({ MaskedPaths: [] }), 'other masked paths'],
  ['writable paths', host({ ReadonlyPaths: [] }), 'other read-only paths'],
  ['a control group of another', host({ Cgroup: 'container:REF' }), 'HostConfig.Cgroup'],
  ['a namespace of another', host({ IpcMode: 'container:REF' }), 'No such container: REF'],
  ['a namespace of nobody', host({ PidMode: 'container:' }), 'No such container: '],
  ['a namespace in odd case', host({ PidMode: 'HOST' }), 'HostConfig.PidMode'],
  ['annotations', host({ Annotations: { x: 'y' } }), 'HostConfig.Annotations'],
  ['the volume driver of a mount', host({ Mounts: [{ Type: 'volume', Target: '/x', VolumeOptions: { DriverConfig: { Name: 'nfs' } } }] }), 'VolumeOptions.DriverConfig.Name'],
  ['a volume that is a device', host({ Mounts: [{ Type: 'volume', Target: '/x', VolumeOptions: { DriverConfig: { Options: { type: 'none', o: 'bind', device: '/etc' } } } }] }), 'volumes with driver options'],
  ['a mount in odd case', host({ Mounts: [{ type: 'bind', source: '/etc', target: '/x' }] }), 'the field HostConfig.Mounts[0].type'],
  ['a type of mount in odd case', host({ Mounts: [{ Type: 'Bind', Source: '/etc', Target: '/x' }] }), 'mounts of the type "Bind"'],
  ['a named pipe', host({ Mounts: [{ Type: 'npipe', Source: '/etc', Target: '/x' }] }), 'mounts of the type "npipe"'],
  ['making a folder', host({ Mounts: [{ Type: 'bind', Source: '/tmp', Target: '/x', BindOptions: { CreateMountpoint: true } }] }), 'making folders on the host'],
  ['a relative mount', host({ Binds: ['../../etc:/x'] }), 'neither an absolute path'],
  ['a mount of three colons', host({ Binds: ['/a:/b:ro:/etc'] }), 'invalid volume specification'],
  ['the host\'s network beside its own', { Image: IMAGE, NetworkingConfig: { EndpointsConfig: { host: {} } } }, 'the host\'s network'],
  ['another\'s network', { Image: IMAGE, NetworkingConfig: { EndpointsConfig: { NET: {} } } }, 'network NET not found'],
  ['sysctls of an endpoint', { Image: IMAGE, NetworkingConfig: { EndpointsConfig: { bridge: { DriverOpts: { 'com.docker.network.endpoint.sysctls': 'x=1' } } } } }, 'options of the network\'s driver'],
  ['a link of an endpoint', { Image: IMAGE, NetworkingConfig: { EndpointsConfig: { bridge: { Links: ['REF:x'] } } } }, 'No such container: REF'],
  ['an address that is a name', host({ PortBindings: { '80/tcp': [{ HostIp: 'example.org' }] } }), 'is no address'],
  ['every address, by another name', host({ PortBindings: { '80/tcp': [{ HostIp: '::ffff:0.0.0.0' }] } }), 'grants: ["port:::ffff:0.0.0.0:one"]'],
]

describe.skipIf(!dockerHost)('the body of a new container', () => {
  beforeAll(async () => withDemoImage(dockerHost))

  it.for(VERSIONS)('is refused with what the guard does not know: %s/containers/create', async (version) => {
    const guarded = await openGuarded(dockerHost)
    const { raw, name } = guarded
    const [ref, net] = [name('theirs'), name('net')]
    await usersOwn(guarded, ['run', '-d', '--name', ref, IMAGE, 'sleep', '600'], ['rm', '-f', ref])
    await usersOwn(guarded, ['network', 'create', net], ['network', 'rm', net])
    const fill = (text: string): string => text.replaceAll('REF', ref).replaceAll('NET', net)
    const wrong: string[] = []
    for (const [what, body, message] of REFUSED) {
      const sent = Buffer.isBuffer(body) ? body : fill(typeof body === 'string' ? body : JSON.stringify(body))
      const answer = await raw('POST', `${version}/containers/create`, sent)
      if (answer.status < 400 || answer.status === 404 || !answer.message.includes(fill(message)))
        wrong.push(`${what}: ${answer.status} ${answer.text}`)
    }
    expect(wrong).toEqual([])
    expect((await raw('GET', '/containers/json?all=1')).text.trim()).toBe('[]')
  })

  it('is written anew: what stands twice counts once, what is empty and unknown is left out', async () => {
    const { engine, raw } = await openGuarded(dockerHost)
    const body = `{"Image":"${IMAGE}","HostConfig":{"Privileged":true},"HostConfig":{"Privileged":false,"privileged":false,"NotYet":null,"CapAdd":[]},"hostConfig":{}}`
    const { status, text } = await raw('POST', '/v1.41/containers/create', body)
    expect(status).toBe(201)
    const { HostConfig } = await engine.getContainer((JSON.parse(text) as { Id: string }).Id).inspect()
    expect(HostConfig).toMatchObject({ Privileged: false, CapAdd: [], Memory: 256 * 1024 ** 2 })
  })

  it('names others by their ids when it is sent on', async () => {
    const { engine, docker, raw, name } = await openGuarded(dockerHost)
    const first = (await docker(['run', '-d', '--name', name('first'), '-v', '/data', IMAGE])).stdout.trim()
    const net = (await docker(['network', 'create', name('n')])).stdout.trim()
    const made = async (config: object, more: object = {}) => {
      const { text } = await raw('POST', '/containers/create', { Image: IMAGE, HostConfig: config, ...more })
      return (await engine.getContainer((JSON.parse(text) as { Id: string }).Id).inspect()).HostConfig
    }
    expect(await made({ NetworkMode: `container:${name('first')}`, PidMode: `container:${first.slice(0, 8)}`, VolumesFrom: [`${name('first')}:ro`] })).toMatchObject({ NetworkMode: `container:${first}`, PidMode: `container:${first}`, VolumesFrom: [`${first}:ro`] })
    expect(await made({ Links: [`${name('first')}:web`] })).toMatchObject({ Links: [expect.stringContaining(`/${name('first')}:`)] })
    expect(await made({ NetworkMode: name('n') }, { NetworkingConfig: { EndpointsConfig: { [name('n')]: { Aliases: ['x'] } } } })).toMatchObject({ NetworkMode: net })
  })

  it('is refused when it is too large, and the guard lives on', async () => {
    const { raw } = await openGuarded(dockerHost)
    expect(await raw('POST', '/containers/create', { Image: IMAGE, Env: ['x'.repeat(5_000_000)] })).toMatchObject({ status: 413, message: 'the body is too large' })
    expect(await raw('POST', '/containers/create', `${'['.repeat(1_000_000)}`)).toMatchObject({ status: 400 })
    expect(await raw('POST', '/containers/create', `{"HostConfig":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`)).toMatchObject({ status: 403 })
    expect(await raw('GET', '/_ping')).toMatchObject({ status: 200, text: 'OK' })
  })
})
