import { expect, it } from 'vitest'
import { resolveTarget } from '../../../runners/protocol/target.ts'

it.each<[url: string, via: string | undefined, asked: string[], target: string]>([
  ['http://localhost:1/a', undefined, [], 'http://localhost:1/a'],
  ['http://127.0.0.1/a', undefined, [], 'http://127.0.0.1/a'],
  ['http://[::1]:8080/a', undefined, [], 'http://[::1]:8080/a'],
  ['http://web:8080/a?b=c', undefined, ['web:8080'], 'http://10.0.0.1:81/a?b=c'],
  ['http://example.org/a', undefined, ['example.org'], 'http://example.org/a'],
  ['http://localhost/a', 'pod/web:80', ['pod/web:80'], 'http://10.0.0.1:81/a'],
])('%s by %s', async (url, via, asked, target) => {
  const names: string[] = []
  const resolved = await resolveTarget(url, async (name) => {
    names.push(name)
    return name.includes('web') ? 'http://10.0.0.1:81' : undefined
  }, via)
  expect({ names, href: resolved.href }).toEqual({ names: asked, href: target })
})

it('says where a target that is no host cannot be asked', async () => {
  await expect(resolveTarget('http://web/', async () => undefined, 'pod/web:80')).rejects.toMatchObject({ code: 'unsupported' })
})
