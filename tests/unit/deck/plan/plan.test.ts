import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseDeck } from '../../../../runners/deck/parse.ts'
import { formatPlan, toPlan } from '../../../../runners/deck/plan/plan.ts'
import { hasThrowAway, touchedByShell } from '../../../../runners/deck/plan/shell-touch.ts'
import { shellCommands } from '../../../../runners/deck/plan/shell-words.ts'

describe('a shell script', () => {
  const words = (script: string): string[][] => shellCommands(script).map(command => command.words)

  it.each<[string, string, string[][]]>([
    ['quotes', `echo "a b" 'c d'\\ e "x\\"y" --k="v w"`, [['echo', 'a b', 'c d e', 'x"y', '--k=v w']]],
    ['operators', 'a && b||c; d | e & f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['continued lines', 'docker run \\\n  -d x', [['docker', 'run', '-d', 'x']]],
    ['comments', '# docker run evil\na # docker run evil\nb#c', [['a'], ['b#c']]],
    ['loops', 'for i in 1 2; do\n  a $i\ndone', [['for', 'i', 'in', '1', '2'], ['a', '$i']]],
    ['substitutions', 'a "$(b c)" `d`; (e $((1 + 2)))', [['b', 'c'], ['d'], ['a', '$(b c)', '`d`'], ['e', '$((1 + 2))']]],
    ['shells in shells', `docker exec x sh -c 'a "b c"; d'`, [['docker', 'exec', 'x', 'sh', '-c', 'a "b c"; d'], ['a', 'b c'], ['d']]],
    ['here-documents', 'cat <<EOF >f\ndocker run evil\nEOF\na <<-X\n\tb\n\tX\nc', [['cat'], ['a'], ['c']]],
    ['redirections', 'a <in 2>&1 >out b', [['a', 'b']]],
  ])('is read with its %s', (_, script, expected) => expect(words(script)).toEqual(expected))

  it('is read to its end, whatever stands in it', () => {
    const part = fc.constantFrom('docker run ', 'docker ', 'constructor ', '\'', '"', '`', '$(', ')', '((', '\\', '\n', '<<EOF\n', '<<<', '>', '&&', '-v ', '--mount ', 'a:b ', '-', '--', 'EOF\n', ';', '#', ' ')
    fc.assert(fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 4 })), { maxLength: 20 }), (parts) => {
      expect(touchedByShell(parts.join(''))).toBeDefined()
    }), { numRuns: 5000 })
  })

  it('is read however deep its substitutions are', () => {
    expect(touchedByShell(`docker run x ${'$(docker run y '.repeat(50_000)}`).images).toEqual(expect.arrayContaining(['x', 'y']))
  })

  it.each<[string, Partial<ReturnType<typeof touchedByShell>>]>([
    ['docker run busybox', { images: ['busybox'] }],
    ['docker run -d --name box$i \\\n kamishibai/demo:1', { images: ['kamishibai/demo:1'] }],
    ['docker run --rm -it -e A=b/c:1 --network=n -- kamishibai/demo:1 docker run no/thing:1', { images: ['kamishibai/demo:1'] }],
    ['sudo docker container run -dp 8080:80 -p127.0.0.1:81:81/udp --publish=9 web', { images: ['web'], ports: ['127.0.0.1:8080:80', '127.0.0.1:81:81', '127.0.0.1::9'] }],
    ['docker run -P -p $PORT:80 web', { images: ['web'], ports: ['127.0.0.1::*', '$PORT:80'] }],
    ['docker run -v ./data:/data:ro --mount type=bind,source=/etc,target=/host,readonly -v cache:/c x', { images: ['x'], mounts: ['./data:/data:ro', '/etc:/host:ro', 'cache:/c'] }],
    ['docker -H tcp://10.0.0.9:2375 run x', { images: ['x'], hosts: ['10.0.0.9:2375'] }],
    ['docker pull alpine:3; docker push localhost:5001/hello:1', { images: ['alpine:3', 'localhost:5001/hello:1'], hosts: ['docker.io', 'localhost:5001'] }],
    ['docker tag a:1 b:2 && docker image rm a:1 -f c', { images: ['a:1', 'b:2', 'c'] }],
    [`docker image inspect -f '{{.Id}}' a:1 --format='{{.Size}}' b:2; docker image inspect --format json -f={{.Id}} c`, { images: ['a:1', 'b:2', 'c'] }],
    [`docker history --format '{{.ID}}' -q a:1`, { images: ['a:1'] }],
    ['docker build -t hello:1 --build-arg A=1 -f Dockerfile .', { images: ['hello:1'] }],
    ['id=$(docker create busybox); for i in 1; do docker run redis; done', { images: ['busybox', 'redis'] }],
    ['podman run quay.io/x/y@sha256:0f', { images: ['quay.io/x/y@sha256:0f'] }],
    ['docker build -t shop:$tag . && docker run --rm shop:$tag sh; kubectl run x --image="$IMAGE"', {}],
    ['docker ps; docker kill web; docker inspect web', {}],
    ['echo docker run evil', {}],
    ['curl -s -o out.html localhost:8080/x || wget -q -O - example.org', { hosts: ['localhost:8080', 'example.org'] }],
    ['curl -H "A: b" https://example.org:8443/x?y', { hosts: ['example.org:8443'] }],
    ['kubectl -n demo run x --image=busybox; kubectl set image deployment/web web=demo:2 --namespace other', { images: ['busybox', 'demo:2'], namespaces: ['demo', 'other'] }],
    ['kubectl set image deployment/web web=demo:2', { images: ['demo:2'] }],
  ])('tells what it touches: %s', (script, expected) => {
    expect(touchedByShell(script)).toEqual({ images: [], ports: [], hosts: [], mounts: [], namespaces: [], ...expected })
  })

  it.each([['docker run --rm -i x sh', true], ['docker run -d x --rm', false], ['docker container run -t --rm=true x', true], ['docker rm x', false]])('tells whether it runs a throw-away container: %s', (script, expected) => {
    expect(hasThrowAway(script)).toBe(expected)
  })
})

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
  expect(steps.map(({ id, images, ports, hosts, mounts, namespaces }) => ({ id, images, ports, hosts, mounts, namespaces }))).toEqual([
    { id: 'web', images: ['demo:1'], ports: ['127.0.0.1:18080:8080'], hosts: ['127.0.0.1:18080'], mounts: ['./x:/x'], namespaces: [] },
    { id: 'img', images: ['base:1', 'hello:1'], ports: [], hosts: [], mounts: [], namespaces: [] },
    { id: 'inside', images: [], ports: [], hosts: ['other'], mounts: [], namespaces: [] },
    { id: 'app', images: ['busybox'], ports: ['node:80', 'node:30080'], hosts: [], mounts: ['node:/etc'], namespaces: ['demo'] },
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
