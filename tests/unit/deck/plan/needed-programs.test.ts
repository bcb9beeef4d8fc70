import { expect, it } from 'vitest'
import { neededPrograms } from '../../../../runners/deck/plan/needed-programs.ts'
import { step } from '../../../_session.ts'

function needed(code: string, options: Parameters<typeof step>[1] = {}, before: string[] = []): string[] {
  const own = step('own', { code, visible: code, lang: 'bash', ...options })
  const names = neededPrograms(own, [...before.map((text, i) => step(`b${i}`, { code: text, lang: 'bash' })), own])
  return names.filter(name => name !== own.lang)
}

it.each<[string, string[]]>([
  ['podman ps | head -1; cd x && jq . f', ['podman', 'head', 'jq']],
  ['sudo -u me env A=1 timeout 5 podman ps', ['sudo', 'env', 'timeout', 'podman']],
  ['x=$(podman ps)\necho "$(jq .)"', ['podman', 'jq']],
  ['for i in a b; do podman "$i"; done; while jq; do sleep 1; done', ['podman', 'jq', 'sleep']],
  ['sh -c "podman ps; jq" | (yq)', ['sh', 'podman', 'jq', 'yq']],
  ['sh <<EOF\npodman ps\nEOF', ['sh', 'podman']],
  ['podman ps &&\n  jq &&\n\n  yq', ['podman', 'jq', 'yq']],
  ['a=(podman jq $(yq))\n(( i++ ))\n[[ $a && jq || (x < y) ]] && true', ['yq']],
  ['for ((i = 0; i < 3; i++)); do podman; done', ['podman']],
  ['( (podman) )', ['podman']],
])('a script needs the programs that it calls: %j', (code, names) => {
  expect(needed(code)).toEqual(names)
})

it.each([
  'podman ps || true',
  'podman ps 2>/dev/null || jq || true',
  '{ podman rm x; jq; } >/dev/null 2>&1 || :',
  '(podman; cd x) || :',
  'for i in 1 2; do podman $i; done || :',
  'if podman ps; then jq; else yq; fi',
  '! podman ps',
  'case $OSTYPE in Darwin) open x;; *) xdg-open x;; esac',
  '[ -f x ] && podman ps',
  '[[ -f x ]] && podman ps',
  'command -v podman >/dev/null && podman ps',
  'if command -v podman; then x=podman; fi; podman ps',
  'source ./helpers.sh; podman_of_theirs',
  'export PATH="$PWD/bin:$PATH"; podman ps',
  'PATH+=:bin podman',
  '"$tool" ps; ./podman; /opt/podman; ~/bin/podman',
  '$docker exec web sh -c "nginx -s reload"',
  '$docker exec -i web sh <<EOF\nnginx -t\nEOF',
  'f() { podman ps; }',
  'cat() { :; }; cat',
])('a script can do without what it asks about, or may bring: %j', (code) => {
  expect(needed(code)).toEqual([])
})

it('needs what its own functions and aliases call, and those of the blocks before it', () => {
  expect(needed('podman() { env -u X podman --root y "$@"; }\npodman ps')).toEqual(['env', 'podman'])
  expect(needed('k get', {}, ['alias k="kubectl -n demo"'])).toEqual(['kubectl'])
  expect(needed('alias jq="jq -r"\njq .')).toEqual(['jq'])
  expect(needed('greet', {}, ['greet() {\n  podman run x\n  greet\n}'])).toEqual(['podman'])
  expect(needed('podman', {}, ['podman() { :; }'])).toEqual([])
  expect(needed('podman', { shell: 'other' }, ['podman() { :; }'])).toEqual(['podman'])
  expect(needed('podman', {}, ['. venv/bin/activate'])).toEqual([])
})

it('needs nothing where it may fail, nor in a container', () => {
  expect(needed('podman', { keepGoing: true })).toEqual([])
  expect(needed('podman', { expect: [{ type: 'exit', code: 127, not: false, text: 'exit=127' }] })).toEqual([])
  expect(needed('podman', { verb: 'exec', runner: 'docker' })).toEqual([])
})

it('needs what a terminal types first: the rest may be for that program', () => {
  expect(needed('podman run -it x sh\napk add jq', { verb: 'terminal' })).toEqual(['podman'])
})

it.each<[string, string | undefined, string[]]>([
  ['python', undefined, ['python3']],
  ['js', undefined, ['node']],
  ['ts', undefined, []],
  ['go', 'go run', ['go']],
  ['go', './run.sh', []],
])('needs the program of its language: %s by %s', (lang, command, names) => {
  expect(neededPrograms(step('a', { lang, command, code: 'podman' }), [])).toEqual(names)
})
