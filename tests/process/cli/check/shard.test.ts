import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kamishibai } from '../../../_cli.ts'

let dir: string
let deck: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kamishibai-shard-'))
  deck = join(dir, 'deck.md')
  const fence = (id: string, code: string, options = ''): string => `\`\`\`sh {run id=${id}${options}}\n${code}\n\`\`\`\n\n`
  await writeFile(deck, `# A\n\n${fence('a', 'export A=1')}${fence('b', 'false')}${fence('c', 'test "$A" = 1', ' needs=a')}`)
})
afterAll(() => rm(dir, { recursive: true }))

it.each(['0/3', '4/3', '1', 'a/b', '1/0', '1/3/5'])('%s is no share', async (shard) => {
  const { code, err, out } = await kamishibai('check', deck, '--shard', shard)
  expect(err).toContain(`--shard ${shard} is no share of the steps`)
  expect({ code, out }).toEqual({ code: 2, out: '' })
})

it('says that the context of the call is not there, though no step of the share is for it', async () => {
  const cluster = join(dir, 'cluster.md')
  await writeFile(cluster, '# A\n\n```sh {run id=a}\ntrue\n```\n\n```yaml {apply id=one}\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n```\n')
  for (const shard of ['1/20', '1/2', '2/2']) {
    const { code, out } = await kamishibai('check', cluster, '--mode', 'live', '--trust', '--context', 'yours', '--shard', shard)
    expect(out.match(/the context yours, which the deck or the call names, is in no kubeconfig/g), out).toHaveLength(1)
    expect(code).toBe(1)
  }
})

it('runs what the steps of a share need, and judges only them', { timeout: 60_000 }, async () => {
  const last = await kamishibai('check', deck, '--mode', 'live', '--trust', '--reporter', 'json', '--shard', '3/3')
  expect(JSON.parse(last.out)).toMatchObject({ ok: true, steps: [{ id: 'c', ok: true }] })
  expect(last.code).toBe(0)
  const middle = await kamishibai('check', deck, '--mode', 'live', '--trust', '--reporter', 'json', '--shard', '2/3')
  expect(JSON.parse(middle.out)).toMatchObject({ ok: false, steps: [{ id: 'b', ok: false }] })
  expect(middle.code).toBe(1)
})
