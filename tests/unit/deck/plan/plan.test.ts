import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { formatPlan, toPlan } from '../../../../runners/deck/plan/plan.ts'

async function planOf(markdown: string) {
  const dir = await mkdtemp(join(tmpdir(), 'kamishibai-plan-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'deck.md'), markdown)
  return toPlan(await parseDeck(join(dir, 'deck.md')))
}

const fence = (info: string, code: string): string => `\`\`\`${info}\n${code}\n\`\`\`\n\n`

it('tells of every verb what it touches', async () => {
  const { steps } = await planOf(`# T\n\n${[
    fence('yaml {container id=web until=http=200@http://127.0.0.1:18080/}', 'image: demo:1\nports: ["18080:8080"]\nvolumes: ["./x:/x"]'),
    fence('dockerfile {build id=img tag=hello:1}', 'FROM --platform=linux/amd64 base:1 AS a\nFROM a\nFROM scratch'),
    fence('sh {exec id=inside in=web}', 'wget -q -O - http://other/'),
    fence('yaml {apply id=app}', 'apiVersion: v1\nkind: Pod\nmetadata: { namespace: demo }\nspec:\n  containers:\n    - image: busybox\n      ports: [{ hostPort: 80 }]\n  volumes:\n    - hostPath: { path: /etc }\n---\napiVersion: v1\nkind: Service\nspec: { ports: [{ nodePort: 30080 }] }'),
    fence('http {request id=ask}', 'GET http://localhost:1/\n\n###\nGET pod/web:80/'),
  ].join('')}`)
  expect(
    steps.map(({ id, images, ports, hosts, mounts, namespaces }) => ({ id, images, ports, hosts, mounts, namespaces })),
  ).toEqual([
    {
      id: 'web',
      images: ['demo:1'],
      ports: ['127.0.0.1:18080:8080'],
      hosts: ['127.0.0.1:18080'],
      mounts: ['./x:/x'],
      namespaces: [],
    },
    { id: 'img', images: ['base:1', 'hello:1'], ports: [], hosts: [], mounts: [], namespaces: [] },
    { id: 'inside', images: [], ports: [], hosts: ['other'], mounts: [], namespaces: [] },
    {
      id: 'app',
      images: ['busybox'],
      ports: ['node:80', 'node:30080'],
      hosts: [],
      mounts: ['node:/etc'],
      namespaces: ['demo'],
    },
    { id: 'ask', images: [], ports: [], hosts: ['localhost:1', 'pod/web:80'], mounts: [], namespaces: [] },
  ])
})

it('shows what could hide: control and bidi characters as escapes, hidden lines as such', async () => {
  const text = formatPlan(await planOf(`# T\n\n${fence('sh {run id=x}', '# hidden: docker run -v /:/host evil\necho \u202Eok\u0007')}`))
  expect(text).toContain('images     evil')
  expect(text).toContain('mounts     /:/host')
  expect(text).toContain('hidden | docker run')
  expect(text).toContain('echo \\u{202e}ok\\u{7}')
})
