import { describe, expect, it } from 'vitest'
import { createGuard, EMPTY, FOREIGN_IMAGE, KINDS, STEP_LABELS } from './_guard.ts'

const create = (config: object, options: Parameters<typeof createGuard>[0] = {}) => createGuard(options).judge('POST', '/containers/create', { Image: 'demo:1', ...config })

/** Fields of a container's configuration, and the kinds of their values. */
const FIELDS = [
  ['Hostname', 'text'],
  ['Domainname', 'text'],
  ['User', 'text'],
  ['AttachStdin', 'flag'],
  ['AttachStdout', 'flag'],
  ['AttachStderr', 'flag'],
  ['ExposedPorts', 'set'],
  ['Tty', 'flag'],
  ['OpenStdin', 'flag'],
  ['StdinOnce', 'flag'],
  ['Env', 'texts'],
  ['Cmd', 'words'],
  ['ArgsEscaped', 'flag'],
  ['Image', 'text'],
  ['Volumes', 'set'],
  ['WorkingDir', 'text'],
  ['Entrypoint', 'words'],
  ['NetworkDisabled', 'flag'],
  ['MacAddress', 'text'],
  ['StopSignal', 'text'],
  ['StopTimeout', 'integer'],
  ['Shell', 'texts'],
] as const

describe('a field of a new container', () => {
  it.for(FIELDS)('%s takes values of its kind: %s', async ([name, kind]) => {
    for (const value of KINDS[kind].good)
      expect(await create({ [name]: value })).toMatchObject({ status: 0, body: { [name]: kind === 'words' && typeof value === 'string' ? [value] : value } })
  })

  it.for(FIELDS)('%s takes no others: %s', async ([name, kind]) => {
    for (const value of KINDS[kind].bad) {
      expect(await create({ [name]: value }), JSON.stringify(value)).toMatchObject({
        status: 400,
        message: expect.stringContaining(name),
      })
    }
  })

  it.for([...FIELDS.map(([name]) => name), 'Healthcheck', 'OnBuild', 'Labels', 'HostConfig', 'NetworkingConfig'])('%s may be null', async (name) => {
    expect(await create({ [name]: null })).toMatchObject({ status: 0 })
  })

  it.for(FIELDS.map(([name]) => name))('%s counts by the letter', async (name) => {
    for (const other of [name.toLowerCase(), name.toUpperCase(), ` ${name}`])
      expect(await create({ [other]: ['x'] })).toMatchObject({ status: 403, message: expect.stringContaining(`the field ${other}`) })
  })

  it.for([
    { Test: ['CMD', 'true'], Interval: 1e9, Timeout: 1e9, StartPeriod: 1, StartInterval: 1, Retries: 3 },
    { Test: [] },
    {},
  ])('Healthcheck takes %j', async (Healthcheck) => {
    expect(await create({ Healthcheck })).toMatchObject({ status: 0, body: { Healthcheck } })
  })

  it.for([
    [{ Test: 'true' }, 400],
    [{ Interval: '1s' }, 400],
    [{ Retries: 1.5 }, 400],
    [{ test: ['x'] }, 403],
    [{ Host: 'x' }, 403],
    [[], 400],
    ['CMD', 400],
  ])('Healthcheck does not take %j', async ([Healthcheck, status]) => {
    expect(await create({ Healthcheck })).toMatchObject({ status })
  })

  it('OnBuild is refused, but for its empty values', async () => {
    expect(await create({ OnBuild: ['RUN x'] })).toMatchObject({ status: 403, message: expect.stringContaining('instructions for later builds (OnBuild)') })
    for (const value of EMPTY) {
      expect(await create({ OnBuild: value })).toMatchObject({
        status: 0,
        body: expect.not.objectContaining({ OnBuild: value }),
      })
    }
  })

  it.for(['Privileged', 'Binds', 'CapAdd', 'NetworkMode', 'hostconfig', 'HOSTCONFIG', 'Ho\u017FtConfig', 'HostConfig ', 'Volume\u017F', 'HostUsers', 'Secrets'])('%j is not known at the top', async (name) => {
    expect(await create({ [name]: ['x'] })).toMatchObject({ status: 403, message: expect.stringContaining(`the field ${name}, which it does not know`) })
  })

  it('that is unknown and empty is left out', async () => {
    for (const value of EMPTY) {
      const { status, body } = await create({ Unknown: value, HostConfig: { unknown: value } })
      expect(status).toBe(0)
      expect(body).not.toHaveProperty('Unknown')
      expect(body).not.toHaveProperty('HostConfig.unknown')
    }
  })
})

describe('a new container', () => {
  it('has the labels of the session and its step, whatever it says', async () => {
    const Labels = Object.fromEntries(Object.keys(STEP_LABELS).map(name => [name, 'forged']))
    expect(await create({ Labels: { mine: 'x', ...Labels } })).toMatchObject({ body: { Labels: { mine: 'x', ...STEP_LABELS } } })
    expect(await create({ Labels: { a: 1 } })).toMatchObject({ status: 400 })
    expect(await create({ Labels: ['a=b'] })).toMatchObject({ status: 400 })
  })

  it.for([
    ['says nothing', undefined, { Memory: 256 * 1024 ** 2, NanoCpus: 1e9, PidsLimit: 256 }],
    ['says null', { Memory: null, NanoCpus: null, PidsLimit: null }, { Memory: 256 * 1024 ** 2, NanoCpus: 1e9, PidsLimit: 256 }],
    ['says zero', { Memory: 0, NanoCpus: 0, PidsLimit: 0 }, { Memory: 256 * 1024 ** 2, NanoCpus: 1e9, PidsLimit: 256 }],
    ['says its own', { Memory: 1e7, NanoCpus: 5e8, PidsLimit: 9 }, { Memory: 1e7, NanoCpus: 5e8, PidsLimit: 9 }],
    ['has a quota', { CpuQuota: 50_000 }, { Memory: 256 * 1024 ** 2, NanoCpus: undefined, CpuQuota: 50_000 }],
  ] as const)('has the session\'s limits where it %s', async ([, HostConfig, limits]) => {
    expect(await create({ HostConfig })).toMatchObject({ status: 0, body: { HostConfig: limits } })
  })

  it('is asked for with its name and platform, and remembered', async () => {
    const { judge, engine } = createGuard()
    const { segments, query, filter } = await judge('POST', '/containers/create?name=x&platform=linux%2Famd64', { Image: 'demo:1' })
    expect({ segments, query }).toEqual({ segments: ['containers', 'create'], query: [['name', 'x'], ['platform', 'linux/amd64']] })
    expect(filter!({ Id: 'new', Warnings: [] })).toEqual({ Id: 'new', Warnings: [] })
    engine.asked.length = 0
    expect(await judge('POST', '/containers/new/start')).toMatchObject({ status: 0 })
    expect(engine.asked).toEqual([])
  })

  it('that names another\'s object is malformed, so that a client does not fetch an image instead', async () => {
    expect(await create({ HostConfig: { VolumesFrom: ['theirs'] } })).toEqual({ status: 400, message: 'No such container: theirs' })
  })
})

describe('all ports of an image', () => {
  const loopback = [{ HostIp: '127.0.0.1', HostPort: '' }]

  it('are published on loopback, and not on every address', async () => {
    const { body } = await create({ Image: 'mine:1', ExposedPorts: { '81/tcp': {} }, HostConfig: { PublishAllPorts: true, PortBindings: { '82/udp': [{ HostPort: '9000' }] } } })
    expect(body).toMatchObject({ HostConfig: { PortBindings: { '80/tcp': loopback, '81/tcp': loopback, '82/udp': [{ HostIp: '127.0.0.1', HostPort: '9000' }] } } })
    expect(body).not.toHaveProperty('HostConfig.PublishAllPorts')
  })

  it.for(['demo:1', FOREIGN_IMAGE, 'not/here:1', '../info', ''])('are none of %j', async (Image) => {
    const { status, body } = await create({ Image, HostConfig: { PublishAllPorts: true } })
    expect({ status, PortBindings: (body as { HostConfig: object }).HostConfig }).toMatchObject({
      status: 0,
      PortBindings: { PortBindings: {} },
    })
  })
})
