/* eslint-disable no-template-curly-in-string */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dockerProxies, proxyUrls } from '../../../runners/service/session/docker-proxies.ts'
import { blocks, shellSession } from './_shell.ts'

describe.skipIf(process.platform === 'win32')('the proxies of a shell', () => {
  it('are the presenter\'s, in both cases, with the session\'s own addresses left out and credentials unseen', async () => {
    const env = { https_proxy: 'http://me:pass-1@proxy.test:3128', NO_PROXY: 'intra.test', HTTP_PROXY: '', http_proxy: '', ALL_PROXY: '', all_proxy: '', no_proxy: '', HTTPS_PROXY: '' }
    const { run } = await shellSession(blocks('sh', ['echo "$HTTPS_PROXY $https_proxy ${HTTP_PROXY-none}"; echo "$NO_PROXY"; [ "$NO_PROXY" = "$no_proxy" ]; [ "$HTTPS_PROXY" = "http://me:pass""-1@proxy.test:3128" ]']), { env })
    const { phase, output } = await run('a')
    expect(output).toBe('http://[redacted]@proxy.test:3128 http://[redacted]@proxy.test:3128 none\nintra.test,localhost,127.0.0.1,::1,172.16.0.0/12,192.168.0.0/16,.svc,.cluster.local\n')
    expect(phase).toBe('exited')
  })

  it('are none where the presenter has none', async () => {
    const none = Object.fromEntries(['HTTP', 'HTTPS', 'ALL'].flatMap(name => [`${name}_PROXY`, `${name}_PROXY`.toLowerCase()]).map(name => [name, '']))
    const { run } = await shellSession(blocks('sh', ['env | grep -ci _proxy || true']), { env: none })
    expect((await run('a')).output).toBe('0\n')
  })

  it('are told to containers as Docker has them', () => {
    const home = mkdtempSync(join(tmpdir(), 'kamishibai-test-'))
    onTestFinished(() => rmSync(home, { recursive: true, force: true }))
    expect(dockerProxies({ HOME: home })).toBeUndefined()
    mkdirSync(join(home, '.docker'))
    const proxies = { default: { httpProxy: 'http://me:pass@proxy.test:3128', noProxy: '*.test' } }
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: { x: { auth: 'secret' } }, proxies }))
    expect(dockerProxies({ HOME: home })).toEqual(proxies)
    expect(proxyUrls(proxies)).toEqual(['http://me:pass@proxy.test:3128', '*.test'])
    writeFileSync(join(home, '.docker', 'config.json'), 'no JSON')
    expect(dockerProxies({ HOME: home })).toBeUndefined()
  })
})
