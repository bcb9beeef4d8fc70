import { expect, it } from 'vitest'
import { inOrder, parseManifests } from '../../../runners/kubernetes/manifest.ts'

const object = (kind: string, name: string): string => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`

it('what others need is applied first, and what runs last, each in the order of the fence', () => {
  const kinds = ['Deployment', 'Service', 'Widget', 'RoleBinding', 'Role', 'Pod', 'ConfigMap', 'Namespace', 'Secret']
  const manifests = parseManifests(kinds.map(kind => object(kind, 'x')).join('---\n'))
  expect(inOrder(manifests).map(manifest => manifest.object.kind)).toEqual(['Namespace', 'ConfigMap', 'Secret', 'Role', 'RoleBinding', 'Service', 'Deployment', 'Widget', 'Pod'])
})

it('a field is found on its line, in a list and in what the list holds', () => {
  const [, pod] = parseManifests(`kind: List\napiVersion: v1\nitems:\n- ${object('Service', 'a').replaceAll('\n', '\n  ')}\n- ${object('Pod', 'b').replaceAll('\n', '\n  ')}spec:\n    containers:\n    - name: web\n      image: x\n    - name: side\n      image: z\n`)
  expect(pod!.line).toBe(9)
  expect(pod!.lineOf('spec.containers[1].image')).toBe(18)
  expect(pod!.lineOf('.spec.containers[name="side"].image')).toBe(18)
  expect(pod!.lineOf('spec.containers[0].ports')).toBe(15)
  expect(pod!.valueOf('spec.containers[1].image')).toBe('z')
})

it.for([
  ['', 'the fence holds no manifest', undefined],
  ['- a', 'the manifest lacks an object', 1],
  ['kind: Pod\nmetadata: {name: x}', 'lacks an apiVersion', 1],
  ['apiVersion: v1\nmetadata: {name: x}', 'lacks a kind', 1],
  ['apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: x', 'lacks a name', 3],
  ['apiVersion: v1\nkind: Pod\nmetadata:\n  name: 1', 'to YAML it is 1', 4],
  ['apiVersion: v1\nkind: Pod\nmetadata:\n  name: yes', 'to YAML it is true', 4],
  [`${object('Pod', 'x')}---\na: [`, 'is no YAML', 6],
  ['a: 1\na: 2', 'is no YAML', 2],
] as const)('%j is refused: %s, on line %s', ([code, message, line]) => {
  expect(() => parseManifests(code)).toThrow(expect.objectContaining({ code: 'bad-manifest', message: expect.stringContaining(message), ...line && { line } }))
})

it.for([
  ['e2', 'e2'],
  ['.', '.'],
  ['e1234567', 'e1234567'],
  ['E10', 'E10'],
  ['+.', '+.'],
  ['-.e3', '-.e3'],
  ['12:30', '12:30'],
  ['1:30:15.5', '1:30:15.5'],
  ['2001-01-01', '2001-01-01'],
  ['2001-01-01T10:00:00Z', '2001-01-01T10:00:00Z'],
  ['1e2', 100],
  ['-.5', -0.5],
  ['1.', 1],
  ['1_000', 1000],
  ['010', 8],
  ['on', true],
  ['~', null],
] as const)('%s is %j, as kubectl reads it', ([text, value]) => {
  const [manifest] = parseManifests(`${object('ConfigMap', 'x')}data:\n  value: ${text}\n`)
  expect(manifest!.valueOf('data.value')).toBe(value)
})

it.each(['---\n', '# only a comment\n---\n', '---\n---\n# nothing\n---\n'])('passes over documents in which nothing stands: %j', (before) => {
  expect(parseManifests(`${before}${object('ConfigMap', 'x')}---\n# the end\n`).map(manifest => manifest.object.metadata.name)).toEqual(['x'])
})
