import { describe, expect, it } from 'vitest'
import { createGuard } from './_guard.ts'

describe('the path of a request', () => {
  it.for([
    ['no slash first', 'containers/json', 400],
    ['an address of its own', 'http://engine/containers/json', 400],
    ['nothing', '', 400],
    ['an asterisk', '*', 400],
    ['an empty part', '//containers/json', 400],
    ['an empty part within', '/containers//json', 400],
    ['an empty part at the end', '/containers/json/', 400],
    ['the root', '/', 400],
    ['a dot', '/./containers/json', 400],
    ['two dots', '/containers/../info', 400],
    ['two dots, encoded', '/containers/%2e%2e/info', 400],
    ['dots behind an encoded slash', '/containers%2F..%2Finfo', 400],
    ['a zero byte', '/containers/json%00', 400],
    ['a blank', '/containers/%20/json', 400],
    ['a line break', '/containers/x%0d%0aHost:/json', 400],
    ['a backslash', '/containers\\json', 400],
    ['a hash', '/containers/json%23', 400],
    ['an encoded question mark', '/containers/json%3Fall=1', 400],
    ['a letter that folds to another', '/containers/%E2%84%AA/json', 400],
    ['a bad encoding', '/containers/%zz/json', 400],
    ['half a character', '/containers/%C3/json', 400],
    ['another case', '/Containers/json', 403],
    ['a version in another case', '/V1.41/containers/json', 403],
    ['two versions', '/v1.41/v1.41/containers/json', 403],
    ['a version of three parts', '/v1.41.0/containers/json', 403],
    ['a parameter of the path', '/containers/json;x=1', 403],
  ] as const)('is refused with %s', async ([, url, status]) => {
    expect(await createGuard().judge('GET', url)).toMatchObject({ status })
  })

  it('is decoded once, and an encoded slash divides', async () => {
    const { judge } = createGuard()
    expect(await judge('GET', '/containers%2Fweb%2fjson')).toMatchObject({ status: 0 })
    expect(await judge('GET', '/containers/%77eb/json')).toMatchObject({ status: 0 })
    expect(await judge('GET', '/containers/%2577eb/json')).toMatchObject({ status: 404, message: 'No such container: %77eb' })
  })
})

describe('the version of a request', () => {
  it.for([
    ['/_ping', '1.43', '1.43'],
    ['/v1.24/info', '1.43', '1.24'],
    ['/v1.41/info', '1.43', '1.41'],
    ['/v1.43/info', '1.43', '1.43'],
    ['/v1.51/info', '1.51', '1.51'],
  ] as const)('of %s before an engine of %s is %s', async ([url, newest, version]) => {
    expect(await createGuard({ newest }).judge('GET', url)).toMatchObject({ status: 0, version })
  })

  it.for([
    ['/v1.23/info', 'too old'],
    ['/v1.9/info', 'too old'],
    ['/v0.51/info', 'too old'],
    ['/v1.44/info', 'too new'],
    ['/v1.100/info', 'too new'],
    ['/v2.0/info', 'too new'],
  ] as const)('%s is refused: it is %s', async ([url, message]) => {
    expect(await createGuard({ newest: '1.43' }).judge('GET', url)).toMatchObject({ status: 400, message: expect.stringContaining(message) })
  })
})

describe('an endpoint', () => {
  it.for([
    ['GET', '/plugins', 'refuses plugins'],
    ['POST', '/plugins/pull?remote=x', 'refuses plugins'],
    ['POST', '/plugins/x/enable', 'refuses plugins'],
    ['DELETE', '/plugins/x', 'refuses plugins'],
    ['GET', '/swarm', 'refuses swarm'],
    ['POST', '/swarm/init', 'refuses swarm'],
    ['GET', '/services', 'services of a swarm'],
    ['POST', '/services/create', 'services of a swarm'],
    ['GET', '/nodes', 'nodes of a swarm'],
    ['GET', '/tasks', 'tasks of a swarm'],
    ['GET', '/secrets', 'secrets of a swarm'],
    ['POST', '/secrets/create', 'secrets of a swarm'],
    ['GET', '/configs', 'configurations of a swarm'],
    ['GET', '/debug/pprof', 'inner state'],
    ['GET', '/containers/web/checkpoints', 'checkpoints'],
    ['POST', '/containers/web/checkpoints', 'checkpoints'],
    ['POST', '/session', 'DOCKER_BUILDKIT=0'],
    ['POST', '/grpc', 'DOCKER_BUILDKIT=0'],
    ['GET', '/metrics', 'GET /metrics, an endpoint which it does not know'],
    ['POST', '/containers/web/teleport', 'an endpoint which it does not know'],
    ['GET', '/containers', 'an endpoint which it does not know'],
    ['GET', '/containers/web', 'an endpoint which it does not know'],
    ['GET', '/constructor', 'an endpoint which it does not know'],
    ['GET', '/__proto__/x/toString', 'an endpoint which it does not know'],
    ['PATCH', '/containers/json', 'PATCH /containers/json'],
    ['OPTIONS', '/_ping', 'OPTIONS /_ping'],
    ['get', '/_ping', 'get /_ping'],
    ['HEAD', '/containers/json', 'HEAD /containers/json'],
    ['POST', '/info', 'POST /info'],
    ['GET', '/containers/create', 'an endpoint which it does not know'],
    ['DELETE', '/containers/web/json', 'an endpoint which it does not know'],
    ['GET', '/build', 'an endpoint which it does not know'],
    ['POST', '/images/json', 'an endpoint which it does not know'],
  ] as const)('%s %s is refused', async ([method, url, message]) => {
    const judged = await createGuard().judge(method, url)
    expect(judged).toMatchObject({ status: 403, message: expect.stringContaining(message) })
    expect(judged.message).toContain('grants: ["unguarded:one"]')
  })

  it('of plugins is not there where a client looks for any object of a name', async () => {
    expect(await createGuard().judge('GET', '/plugins/some/thing/json')).toMatchObject({ status: 404, message: 'plugin "some/thing" not found' })
  })
})

describe('the query of a request', () => {
  it.for([
    ['GET', '/info?x=1', 'the parameter "x"'],
    ['GET', '/containers/json?All=1', 'the parameter "All"'],
    ['GET', '/containers/json?all%00=1', 'the parameter'],
    ['POST', '/containers/web/start?checkpoint=x', 'the parameter "checkpoint"'],
    ['POST', '/containers/web/start?checkpoint-dir=/etc', 'the parameter "checkpoint-dir"'],
    ['POST', '/containers/web/stop?everywhere=1', 'the parameter "everywhere"'],
    ['POST', '/images/demo:1/tag?repo=x&all=1', 'the parameter "all"'],
    ['DELETE', '/networks/net?force=1', 'the parameter "force"'],
  ] as const)('of %s %s is refused with what the endpoint does not know', async ([method, url, message]) => {
    expect(await createGuard().judge(method, url)).toMatchObject({
      status: 403,
      message: expect.stringContaining(message),
    })
  })

  it.for([
    '/containers/json?all=0&all=1',
    '/containers/json?all=1&%61ll=1',
    '/containers/json?all=1%00',
    '/containers/json?all=%zz',
  ])('%s is refused: a parameter that engines may read in two ways', async (url) => {
    expect(await createGuard().judge('GET', url)).toMatchObject({ status: 400 })
  })

  it('leaves out what is empty and unknown, and keeps the rest as it was meant', async () => {
    const { judge } = createGuard()
    expect((await judge('GET', '/containers/web/logs?x=&y=0&z=false&w=null&v=%5B%5D&u=%7B%7D&stdout=1&tail=1+0%2b&&since')).query).toEqual([['stdout', '1'], ['tail', '1 0+'], ['since', '']])
  })

  it.for([
    ['GET', '/containers/json', '{"all":["x"]}', 403],
    ['GET', '/containers/json', '{"Label":["x"]}', 403],
    ['GET', '/containers/json', '["label"]', 400],
    ['GET', '/containers/json', '{"label":"x"}', 400],
    ['GET', '/containers/json', '{"label":[1]}', 400],
    ['GET', '/containers/json', '{"label"', 400],
    ['GET', '/containers/json', '"label"', 400],
    ['GET', '/images/json', '{"all":["x"]}', 403],
    ['GET', '/images/search', '{"label":["x"]}', 403],
    ['GET', '/networks', '{"all":["x"]}', 403],
    ['GET', '/volumes', '{"all":["x"]}', 403],
    ['GET', '/events', '{"all":["x"]}', 403],
    ['POST', '/containers/prune', '{"name":["x"]}', 403],
    ['POST', '/images/prune', '{"reference":["x"]}', 403],
    ['POST', '/networks/prune', '{"name":["x"]}', 403],
    ['POST', '/volumes/prune', '{"name":["x"]}', 403],
  ] as const)('%s %s?filters=%s is refused with %i', async ([method, path, filters, status]) => {
    expect(await createGuard().judge(method, `${path}?filters=${encodeURIComponent(filters)}`)).toMatchObject({ status })
  })
})

describe('a body', () => {
  const create = '/containers/create'
  it.for([
    ['nothing', undefined, 400],
    ['null', 'null', 400],
    ['no JSON', 'Image: x', 400],
    ['two values', '{"Image":"demo:1"}{}', 400],
    ['a list', '[]', 400],
    ['a text', '"demo:1"', 400],
    ['a number', '1', 400],
    ['a byte order mark', '\uFEFF{"Image":"demo:1"}', 400],
    ['bytes that are no UTF-8', Buffer.from('{"Image":"\xFF"}', 'latin1'), 400],
    ['UTF-16', Buffer.from('{"Image":"demo:1"}', 'utf16le'), 400],
    ['more than four megabytes', `{"Image":"${'x'.repeat(4 * 1024 * 1024)}"}`, 413],
    ['a hundred thousand brackets', '['.repeat(100_000), 400],
  ] as const)('that is %s is refused', async ([, body, status]) => {
    expect(await createGuard().judge('POST', create, body)).toMatchObject({ status })
  })

  it('that is compressed is refused: the guard reads what the engine reads', async () => {
    expect(await createGuard().judge('POST', create, { Image: 'demo:1' }, { 'content-encoding': 'gzip' })).toMatchObject({ status: 400, message: 'the body is encoded' })
  })

  it('has the last of two fields of one name, as the engine reads it', async () => {
    const { judge } = createGuard()
    expect(await judge('POST', create, '{"Image":"demo:1","HostConfig":{"Privileged":false,"Privileged":true}}')).toMatchObject({ status: 403 })
    expect(await judge('POST', create, '{"Image":"demo:1","HostConfig":{"Privileged":true,"Privileged":false}}')).toMatchObject({ status: 0, body: { HostConfig: { Privileged: false } } })
  })

  it.for(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('has no field %s', async (name) => {
    const { judge } = createGuard()
    expect(await judge('POST', create, `{"Image":"demo:1","${name}":{"x":1}}`)).toMatchObject({ status: 403, message: expect.stringContaining(`the field ${name}`) })
    expect(await judge('POST', create, `{"Image":"demo:1","HostConfig":{"${name}":{"x":1}}}`)).toMatchObject({ status: 403, message: expect.stringContaining(`the field HostConfig.${name}`) })
  })
})
