import type { Values } from '../../../../../runners/docker/guard/buildkit/protobuf.ts'
import { describe, expect, it } from 'vitest'
import { bridgeSolve, controlSolve } from '../../../../../runners/docker/guard/buildkit/messages.ts'
import { decode, encode } from '../../../../../runners/docker/guard/buildkit/protobuf.ts'
import { judgeBridgeSolve, judgeControlSolve } from '../../../../../runners/docker/guard/buildkit/solve.ts'
import { CLIENT, controlFields, NOBODY, scopeOf } from './_build.ts'

/** What every build gets that asks for nothing: numbers above 0, for 0 is no limit. */
const LIMITED = { memory: expect.stringMatching(/^[1-9]/) as string, cpuperiod: '100000', cpuquota: expect.stringMatching(/^[1-9]/) as string }

async function control(fields: Values, grants?: string[]): Promise<Values & { tags?: string[], refused?: string }> {
  const scope = scopeOf(grants)
  return judgeControlSolve(encode(controlSolve, controlFields(fields)), scope, scope.builds).then(
    ({ message, tags }) => ({ ...decode(controlSolve, message, 'SolveRequest'), tags }),
    (error: Error) => ({ refused: error.message }),
  )
}

async function bridge(fields: Values, grants?: string[]): Promise<Values & { refused?: string }> {
  const scope = scopeOf(grants)
  return judgeBridgeSolve(encode(bridgeSolve, { frontend: 'dockerfile.v0', ...fields }), scope, scope.builds).then(
    message => decode(bridgeSolve, message, 'SolveRequest'),
    (error: Error) => ({ refused: error.message }),
  )
}

/** Fields of both messages, by what each calls them. */
const attributes = (values: Record<string, string>): Values => ({ frontendAttributes: values })

describe('the Solve of a build', () => {
  it('is written anew, with limits and a policy of sources', async () => {
    const exporters = [{ type: 'moby', attributes: { name: 'docker.io/library/new:1' } }]
    expect(await control({})).toEqual({
      ref: 'build-1',
      session: CLIENT,
      exporters,
      frontendAttributes: LIMITED,
      sourcePolicy: expect.objectContaining({ version: 1n }) as object,
      tags: ['docker.io/library/new:1'],
    })
  })

  it.for([
    ['no ref', { ref: '' }, 'needs a ref'],
    ['a session that is not there', { session: NOBODY }, 'no such session: client-2'],
    ['a definition', { definition: Buffer.from('x') }, 'definition'],
    ['another frontend', { frontend: 'gateway.v0' }, 'the frontend "gateway.v0"'],
    ['inputs', { frontendInputs: Buffer.from('x') }, 'frontendInputs'],
    ['a policy', { sourcePolicy: { version: 1n } }, 'sourcePolicy'],
    ['a policy from its session', { sourcePolicySession: CLIENT }, 'sourcePolicySession'],
    ['outputs from its session', { enableSessionExporter: true }, 'enableSessionExporter'],
    ['the network of a proxy', { proxyNetwork: true }, 'proxyNetwork'],
    ['an unknown output', { exporters: [{ type: 'push' }] }, 'the output "push"'],
    ['an output without a kind', { exporters: [{}] }, 'the output ""'],
    ['a push', { exporters: [{ type: 'moby', attributes: { push: 'true' } }] }, '"push"'],
    ['an insecure registry', { exporters: [{ type: 'image', attributes: { 'registry.insecure': 'true' } }] }, '"registry.insecure"'],
    ['an output by its older field', { exporterDeprecated: 'push' }, 'the output "push"'],
    ['attributes of an output by their older field', { exporterDeprecated: 'moby', exporterAttributesDeprecated: { push: 'true' } }, '"push"'],
    ['only these attributes', { exporterAttributesDeprecated: { name: 'x' } }, 'the output ""'],
    ['a cache that goes to a registry', { cache: { exports: [{ type: 'registry' }] } }, 'a cache of builds in "registry"'],
    ['a cache that comes from a registry', { cache: { imports: [{ type: 'registry' }] } }, 'a cache of builds in "registry"'],
    ['a cache that comes from a service', { cache: { imports: [{ type: 's3' }] } }, 'a cache of builds in "s3"'],
    ['a cache by its older field', { cache: { exportRefDeprecated: 'x/y' } }, 'older fields'],
    ['a cache to read by its older field', { cache: { importRefsDeprecated: ['x/y'] } }, 'older fields'],
    ['attributes of a cache by their older field', { cache: { exportAttributesDeprecated: { a: 'b' } } }, 'older fields'],
    ['the host\'s network', { entitlements: ['network.host'] }, 'grants: ["host-network:one"]'],
    ['all rights', { entitlements: ['security.insecure'] }, 'grants: ["privileged:one"]'],
    ['devices', { entitlements: ['device'] }, 'the entitlement device'],
    ['an entitlement by a name of objects', { entitlements: ['constructor'] }, 'the entitlement constructor'],
  ] as const)('is refused with %s', async ([, fields, refused]) => {
    expect((await control(fields)).refused).toContain(refused)
  })

  it.for([
    ['the host\'s network', { entitlements: ['network.host'] }, 'host-network:one'],
    ['all rights', { entitlements: ['security.insecure'] }, 'privileged:one'],
  ] as const)('may have %s under its grant, of this step', async ([, fields, grant]) => {
    expect(await control(fields, [grant])).toMatchObject(fields)
    expect((await control(fields, [grant.replace('one', 'two')])).refused).toContain(grant)
  })

  it.for([
    ['several names', { exporters: [{ type: 'moby', attributes: { name: 'a:1,b:1' } }] }, ['a:1', 'b:1']],
    ['no name', { exporters: [{ type: 'image', attributes: { unpack: 'true', push: 'false' } }] }, []],
    ['a name by both fields', { exporterDeprecated: 'moby', exporterAttributesDeprecated: { name: 'docker.io/library/new:1' } }, ['docker.io/library/new:1']],
    ['another name by the older field', { exporters: [], exporterDeprecated: 'moby', exporterAttributesDeprecated: { name: 'old:1' } }, ['old:1']],
    ['a file of the client\'s', { exporters: [{ type: 'local' }, { type: 'tar' }, { type: 'oci', attributes: { name: 'x' } }, { type: 'docker' }] }, []],
  ] as const)('has the tags to claim of %s', async ([, fields, tags]) => {
    expect((await control(fields)).tags).toEqual(tags)
  })

  it('may keep its cache in the image, and in files of the client\'s', async () => {
    const cache = { exports: [{ type: 'inline' }, { type: 'local', attributes: { dest: 'x' } }], imports: [{ type: 'local' }] }
    expect(await control({ cache })).toMatchObject({ cache })
  })
})

describe('the Solve of a bridge', () => {
  it('is written anew', async () => {
    expect(await bridge({ allowResultReturn: true, allowResultArrayRef: true, final: true, evaluate: true, cacheImports: [{ type: 'local' }], ...attributes({ filename: 'Dockerfile' }) })).toEqual({
      frontend: 'dockerfile.v0',
      allowResultReturn: true,
      allowResultArrayRef: true,
      final: true,
      evaluate: true,
      cacheImports: [{ type: 'local' }],
      frontendAttributes: { ...LIMITED, filename: 'Dockerfile' },
    })
  })

  it.for([
    ['no frontend', { frontend: '' }, 'the frontend ""'],
    ['another frontend', { frontend: 'gateway.v0' }, 'the frontend "gateway.v0"'],
    ['a definition', { definition: Buffer.from('x') }, 'definition'],
    ['inputs', { frontendInputs: Buffer.from('x') }, 'frontendInputs'],
    ['a policy', { sourcePolicies: Buffer.from('x') }, 'sourcePolicies'],
    ['attributes of an output', { exporterAttributes: Buffer.from('x') }, 'exporterAttributes'],
    ['a cache that comes from a registry', { cacheImports: [{ type: 'registry' }] }, 'a cache of builds in "registry"'],
  ] as const)('is refused with %s', async ([, fields, refused]) => {
    expect((await bridge(fields)).refused).toContain(refused)
  })
})

describe.each([['build', control], ['bridge', bridge]] as const)('an attribute of the frontend in the Solve of a %s', (_, judge) => {
  it.for([
    ['force-network-mode', 'host', 'host-network:one'],
    ['force-network-mode', 'container:theirs', 'the network "container:theirs"'],
    ['cgroup-parent', '/', 'cgroup-parent'],
    ['context', 'https://example.invalid/x.git', 'a context that the engine fetches'],
    ['context:base', 'git://example.invalid/x', 'context:base'],
    ['context:base', 'oci-layout://x@sha256:0', 'context:base'],
    ['context:base', 'input:other', 'context:base'],
    ['local-sessionid:context', NOBODY, 'no such session'],
    ['image-resolve-mode', 'pull', 'to renew base images'],
    ['cache-imports', '[{"Type":"registry","Attrs":{"ref":"x"}}]', 'a cache of builds in "registry"'],
    ['cache-imports', '[{"type":"local"}]', 'a cache of builds in ""'],
    ['cache-imports', '{', 'no JSON'],
    ['cache-imports', '{}', 'not a list'],
    ['cache-from', 'example.invalid/x', 'cache-from'],
    ['device', 'vendor.com/gpu=0', 'device'],
    ['memory', '-1', 'a build without limit'],
    ['memswap', '-1', 'a build without limit'],
    ['cpuquota', '-1', 'a build without limit'],
    ['shm-size', '-1', 'a build without limit'],
    ['build-arg:BUILDKIT_SYNTAX', 'example.invalid/x', 'another frontend'],
    ['source', 'example.invalid/x', '"source"'],
    ['cmdline', 'x', '"cmdline"'],
    ['constructor', 'x', '"constructor"'],
    ['unknown:x', 'x', '"unknown:x"'],
  ] as const)('%s=%s is refused', async ([name, value, refused]) => {
    expect((await judge(attributes({ [name]: value }))).refused).toContain(refused)
  })

  it.for([
    ['force-network-mode', 'none'],
    ['target', 'one'],
    ['filename', 'Dockerfile'],
    ['platform', 'linux/amd64'],
    ['no-cache', ''],
    ['image-resolve-mode', 'local'],
    ['build-arg:A', 'b'],
    ['build-arg:constructor', 'b'],
    ['label:a', 'b'],
    ['attest:provenance', 'mode=min'],
    ['add-hosts', 'a=10.0.0.1'],
    ['context:base', 'docker-image://demo:1'],
    ['context:base', 'local:base'],
    ['local-sessionid:context', CLIENT],
    ['sharedkey:localdir:more', 'key'],
    ['cache-imports', '[{"Type":"local","Attrs":{"digest":"sha256:0"}}]'],
    ['memory', '1000'],
    ['cpuquota', '5000'],
  ] as const)('%s=%s goes on', async ([name, value]) => {
    expect(await judge(attributes({ [name]: value }))).toMatchObject(attributes({ [name]: value }))
  })

  it.for([['cpuperiod', '7'], ['cpuquota', '0'], ['memory', '0']] as const)('%s=%s takes no limit away', async ([name, value]) => {
    expect(await judge(attributes({ [name]: value }))).toMatchObject(attributes(LIMITED))
  })

  it('asks for the host\'s network under its grant', async () => {
    const host = attributes({ 'force-network-mode': 'host' })
    expect(await judge(host, ['host-network:one'])).toMatchObject(host)
  })
})
