import { expect, it } from 'vitest'
import { formatReference, parseReference } from '../../../../runners/docker/guard/reference.ts'

const DIGEST = `sha256:${'0a'.repeat(32)}`

it.for([
  ['demo', 'demo:latest'],
  ['demo:1', 'demo:1'],
  ['library/demo:1', 'demo:1'],
  ['docker.io/demo:1', 'demo:1'],
  ['docker.io/library/demo:1', 'demo:1'],
  ['index.docker.io/library/demo:1', 'demo:1'],
  ['index.docker.io/demo:1', 'demo:1'],
  ['team/demo', 'team/demo:latest'],
  ['docker.io/team/demo:1', 'team/demo:1'],
  ['localhost/demo:1', 'localhost/demo:1'],
  ['localhost:5001/demo', 'localhost:5001/demo:latest'],
  ['registry.example/a/b-c__d.e:V_1.2-x', 'registry.example/a/b-c__d.e:V_1.2-x'],
  ['registry.example:80/library/demo:1', 'registry.example:80/library/demo:1'],
  ['[fd00::1]:5000/demo:1', '[fd00::1]:5000/demo:1'],
  ['Host/demo:1', 'Host/demo:1'],
  [`demo@${DIGEST}`, `demo@${DIGEST}`],
  [`docker.io/library/demo:1@${DIGEST}`, `demo@${DIGEST}`],
])('the image %s is listed as %s', ([text, name]) => {
  expect(formatReference(parseReference(text!))).toBe(name)
})

it.for([
  '',
  ':1',
  '/demo',
  'demo/',
  'demo:',
  'demo:1:2',
  'demo@1',
  'demo@sha256:0a',
  'Demo',
  'demo:-1',
  `demo:${'x'.repeat(129)}`,
  'de mo',
  'demo:1\n',
  'demo//x',
  'team/Demo',
  'a___b',
  '-demo',
  'demo-',
  '../demo',
  'host_name.example/demo',
  'd\u0435mo',
  '0a'.repeat(32),
])('%j is no name of an image', (text) => {
  expect(() => parseReference(text)).toThrow('invalid reference format')
})
