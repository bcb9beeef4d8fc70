import { describe, expect, it } from 'vitest'
import { LABELS } from '../../../../runners/protocol/runner.ts'
import { createGuard, FOREIGN, FOREIGN_EXEC, KINDS, OWN, OWN_EXEC, SESSION, STEP_LABELS } from './_guard.ts'

/** Endpoints of one container: all resolve its name. */
const ON_CONTAINER = [
  ['GET', 'json', '?size=1'],
  ['GET', 'top', '?ps_args=aux'],
  ['GET', 'logs', '?follow=1&stdout=1&stderr=1&since=1&until=2&timestamps=1&tail=10&details=1'],
  ['GET', 'changes', ''],
  ['GET', 'export', ''],
  ['GET', 'stats', '?stream=1&one-shot=1'],
  ['GET', 'archive', '?path=/etc'],
  ['HEAD', 'archive', '?path=/etc'],
  ['PUT', 'archive', '?path=/etc&noOverwriteDirNonDir=1&copyUIDGID=1'],
  ['GET', 'attach/ws', '?detachKeys=x&logs=1&stream=1&stdin=1&stdout=1&stderr=1'],
  ['POST', 'attach', '?detachKeys=x&logs=1&stream=1&stdin=1&stdout=1&stderr=1'],
  ['POST', 'resize', '?h=1&w=2'],
  ['POST', 'start', '?detachKeys=x'],
  ['POST', 'stop', '?t=1&signal=TERM'],
  ['POST', 'restart', '?t=1&signal=TERM'],
  ['POST', 'kill', '?signal=KILL'],
  ['POST', 'pause', ''],
  ['POST', 'unpause', ''],
  ['POST', 'rename', '?name=other'],
  ['POST', 'wait', '?condition=next-exit'],
  ['POST', 'update', ''],
  ['POST', 'exec', ''],
] as const

describe('a container of the session', () => {
  it.for(ON_CONTAINER)('is reached by %s /containers/…/%s, by its id', async ([method, action, query]) => {
    const judged = await createGuard().judge(method, `/containers/web/${action}${query}`)
    const parameters = query.slice(1).split('&').filter(Boolean).map(pair => pair.split('='))
    expect(judged).toMatchObject({ status: 0, segments: ['containers', OWN, ...action.split('/')], query: parameters })
  })

  it.for(ON_CONTAINER)('is not reached by %s /containers/…/%s where it is another\'s', async ([method, action, query]) => {
    const { judge } = createGuard()
    for (const ref of ['theirs', FOREIGN, FOREIGN.slice(0, 12), 'nobody'])
      expect(await judge(method, `/containers/${ref}/${action}${query}`)).toEqual({ status: 404, message: `No such container: ${ref}` })
  })

  it.for([
    ['its name', 'web'],
    ['its other name', `front-${SESSION}`],
    ['the step that made it', 'front'],
    ['its id', OWN],
    ['the beginning of its id', OWN.slice(0, 12)],
    ['two letters of it', 'a1'],
  ] as const)('is called by %s', async ([, ref]) => {
    expect(await createGuard().judge('GET', `/containers/${ref}/json`)).toMatchObject({ status: 0, segments: ['containers', OWN, 'json'] })
  })

  it.for([
    ['its name in capitals', 'WEB'],
    ['the end of its id', '0'.repeat(12)],
    ['its id in capitals', OWN.toUpperCase()],
    ['part of its name', 'we'],
    ['another step', 'one'],
  ] as const)('is not called by %s', async ([, ref]) => {
    expect(await createGuard().judge('GET', `/containers/${ref}/json`)).toEqual({ status: 404, message: `No such container: ${ref}` })
  })

  it('is not called by the beginning of an id that two have', async () => {
    const { judge, engine } = createGuard()
    engine.has.containers.push({ ...engine.has.containers[0]!, Id: OWN.replace(/0$/, '1'), Names: ['/second'] })
    expect(await judge('GET', '/containers/a1/json')).toMatchObject({ status: 404 })
    expect(await judge('GET', '/containers/second/json')).toMatchObject({ status: 0 })
  })

  it('takes its connection over where a program is attached', async () => {
    const { judge } = createGuard()
    expect(await judge('POST', '/containers/web/attach')).toMatchObject({ hijack: true })
    expect(await judge('GET', '/containers/web/attach/ws')).toMatchObject({ hijack: true })
    expect(await judge('POST', '/containers/web/start')).not.toHaveProperty('hijack')
  })

  it('takes files as they come', async () => {
    expect(await createGuard().judge('PUT', '/containers/web/archive?path=/x', 'tar')).toMatchObject({ stream: expect.anything(), contentType: 'application/x-tar' })
  })

  it('goes with the volumes that have no name', async () => {
    const { judge } = createGuard()
    expect(await judge('DELETE', '/containers/web?force=1')).toMatchObject({ segments: ['containers', OWN], query: [['force', '1'], ['v', '1']] })
    expect(await judge('DELETE', '/containers/web?v=0')).toMatchObject({ query: [['v', '1']] })
    expect(await judge('DELETE', '/containers/theirs?force=1')).toMatchObject({ status: 404 })
    expect(await judge('DELETE', '/containers/web?link=1')).toMatchObject({ status: 403, message: expect.stringContaining('to remove a link') })
  })
})

describe('a list of containers', () => {
  const filtersOf = (query: [string, string][] = []): unknown => JSON.parse(Object.fromEntries(query).filters!)
  const own = { [`${LABELS.session}=${SESSION}`]: true }

  it.for([
    ['none', undefined, { label: own }],
    ['a list', '{"status":["running"],"label":["a"]}', { status: { running: true }, label: { a: true, ...own } }],
    ['an object, as older clients write it', '{"status":{"running":true}}', { status: { running: true }, label: own }],
    ['another session', `{"label":["${LABELS.session}=another"]}`, { label: { [`${LABELS.session}=another`]: true, ...own } }],
    ['a container of the session', '{"before":["web"],"since":["a1"]}', { before: { [OWN]: true }, since: { [OWN]: true }, label: own }],
  ] as const)('with %s as filters has the session\'s only', async ([, filters, sent]) => {
    const { status, query } = await createGuard().judge('GET', `/containers/json?all=1&limit=2&size=1${filters ? `&filters=${encodeURIComponent(filters)}` : ''}`)
    expect(status).toBe(0)
    expect(query).toEqual([['all', '1'], ['limit', '2'], ['size', '1'], ['filters', expect.any(String)]])
    expect(filtersOf(query)).toEqual(sent)
  })

  it.for(['before', 'since'])('does not begin %s another\'s container', async (name) => {
    expect(await createGuard().judge('GET', `/containers/json?filters=${encodeURIComponent(`{"${name}":["theirs"]}`)}`)).toMatchObject({ status: 404 })
  })

  it('is pruned of the session\'s only', async () => {
    const { segments, query } = await createGuard().judge('POST', '/containers/prune?filters=%7B%22until%22%3A%5B%221h%22%5D%7D')
    expect(segments).toEqual(['containers', 'prune'])
    expect(filtersOf(query)).toEqual({ until: { '1h': true }, label: own })
  })
})

describe('a program in a container', () => {
  const start = (body: unknown) => createGuard().judge('POST', '/containers/web/exec', body)

  it.for([
    ['User', 'text'],
    ['Tty', 'flag'],
    ['ConsoleSize', 'integers'],
    ['AttachStdin', 'flag'],
    ['AttachStdout', 'flag'],
    ['AttachStderr', 'flag'],
    ['Detach', 'flag'],
    ['DetachKeys', 'text'],
    ['Env', 'texts'],
    ['WorkingDir', 'text'],
    ['Cmd', 'words'],
  ] as const)('has %s, as %s', async ([name, kind]) => {
    for (const value of KINDS[kind].good)
      expect(await start({ [name]: value })).toMatchObject({ status: 0, body: { [name]: kind === 'words' && typeof value === 'string' ? [value] : value } })
    for (const value of KINDS[kind].bad)
      expect(await start({ [name]: value })).toMatchObject({ status: 400 })
  })

  it.for([
    [{ Privileged: true }, 403],
    [{ privileged: true }, 403],
    [{ Privileged: 'true' }, 400],
    [{ Container: 'theirs' }, 403],
    [{ Cmd: ['x'], More: 1 }, 403],
    [[], 400],
  ] as const)('with %j is refused with %i', async ([body, status]) => {
    expect(await start(body)).toMatchObject({ status })
  })

  it('has privileges where the deck grants them to the step', async () => {
    const body = { Cmd: ['id'], Privileged: true }
    const grants = ['privileged:one']
    expect(await createGuard({ grants }).judge('POST', '/containers/web/exec', body)).toMatchObject({ status: 0, body })
    expect(await createGuard({ grants, step: 'two' }).judge('POST', '/containers/web/exec', body)).toMatchObject({ status: 403, message: expect.stringContaining('privileged:two') })
  })

  it.for([
    ['POST', 'start', ''],
    ['POST', 'resize', '?h=1&w=2'],
    ['GET', 'json', ''],
  ] as const)('is reached by %s /exec/…/%s in containers of the session', async ([method, action, query]) => {
    const { judge } = createGuard()
    expect(await judge(method, `/exec/${OWN_EXEC}/${action}${query}`)).toMatchObject({ status: 0, segments: ['exec', OWN_EXEC, action] })
    for (const id of [FOREIGN_EXEC, 'nobody', OWN_EXEC.slice(0, 12)])
      expect(await judge(method, `/exec/${id}/${action}${query}`)).toEqual({ status: 404, message: `No such exec instance: ${id}` })
  })

  it('that the guard saw come into being is not looked up again', async () => {
    const { judge, engine } = createGuard()
    const { filter } = await judge('POST', '/containers/web/exec', { Cmd: ['x'] })
    expect(filter!({ Id: 'new' })).toEqual({ Id: 'new' })
    engine.asked.length = 0
    expect(await judge('POST', '/exec/new/start', { Detach: false, Tty: true, ConsoleSize: [24, 80] })).toMatchObject({ status: 0, hijack: true, body: { Detach: false, Tty: true, ConsoleSize: [24, 80] } })
    expect(engine.asked).toEqual([])
  })

  it.for([{ Privileged: true }, { Detach: 'yes' }, { Cmd: ['x'] }])('is not started with %j', async (body) => {
    expect((await createGuard().judge('POST', `/exec/${OWN_EXEC}/start`, body)).status).toBeGreaterThanOrEqual(400)
  })
})

describe('a commit', () => {
  it('names the container by its id, and labels the image last', async () => {
    const { status, segments, query, body } = await createGuard().judge('POST', '/commit?container=web&repo=new&tag=1&comment=c&author=a&pause=0&changes=ENV+a%3Db&changes=LABEL+x%3Dy', { Cmd: ['sh'] })
    expect({ status, segments, body }).toEqual({ status: 0, segments: ['commit'], body: { Cmd: ['sh'] } })
    expect(query).toEqual([
      ['repo', 'new'],
      ['tag', '1'],
      ['comment', 'c'],
      ['author', 'a'],
      ['pause', '0'],
      ['changes', 'ENV a=b'],
      ['changes', 'LABEL x=y'],
      ['container', OWN],
      ...Object.entries(STEP_LABELS).map(([name, value]) => ['changes', `LABEL "${name}"="${value}"`]),
    ])
  })

  it.for([
    ['another\'s container', '?container=theirs', undefined, 404],
    ['no container', '', undefined, 404],
    ['another\'s tag', '?container=web&repo=demo&tag=1', undefined, 403],
    ['another\'s tag, whole', '?container=web&repo=docker.io/library/demo&tag=1', undefined, 403],
    ['a tag that is none', '?container=web&repo=UP', undefined, 400],
    ['instructions for later builds', '?container=web', { OnBuild: ['RUN x'] }, 403],
    ['a host\'s configuration', '?container=web', { HostConfig: { Privileged: true } }, 403],
    ['a text for a list', '?container=web', { Env: 'x' }, 400],
  ] as const)('of %s is refused', async ([, query, body, status]) => {
    expect(await createGuard().judge('POST', `/commit${query}`, body)).toMatchObject({ status })
  })

  it('with no body, no name, or a name of its own is sent on', async () => {
    const { judge } = createGuard()
    expect(await judge('POST', '/commit?container=web')).toMatchObject({ status: 0, body: {} })
    expect(await judge('POST', '/commit?container=web&repo=mine&tag=1')).toMatchObject({ status: 0, settle: expect.any(Function) })
  })
})
