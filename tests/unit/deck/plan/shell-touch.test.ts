import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasThrowAway, touchedByShell } from '../../../../runners/deck/plan/shell-touch.ts'

describe('a shell script', () => {
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
    expect(touchedByShell(script)).toEqual({
      images: [],
      ports: [],
      hosts: [],
      mounts: [],
      namespaces: [],
      ...expected,
    })
  })

  it.each([['docker run --rm -i x sh', true], ['docker run -d x --rm', false], ['docker container run -t --rm=true x', true], ['docker rm x', false]])('tells whether it runs a throw-away container: %s', (script, expected) => {
    expect(hasThrowAway(script)).toBe(expected)
  })
})
