import { expect, it } from 'vitest'
import { sourcePolicy } from '../../../../../runners/docker/guard/buildkit/policy.ts'
import { scopeOf } from './_build.ts'

interface Rule { action: bigint, selector: { identifier: string, matchType: bigint } }

/** As BuildKit reads rules: the last that matches counts. Source: `sourcepolicy/engine.go`. */
async function allows(source: string): Promise<boolean> {
  const { rules } = await sourcePolicy(scopeOf()) as unknown as { rules: Rule[] }
  return rules.filter(({ selector }) => new RegExp(selector.identifier).test(source)).at(-1)?.action !== 1n
}

const DIGEST = `sha256:${'a'.repeat(64)}`

it.for([
  ['local://context', true],
  ['docker-image://docker.io/library/demo:1', true],
  [`docker-image://docker.io/library/demo:1@${DIGEST}`, true],
  ['docker-image://docker.io/library/demo:10', false],
  ['docker-image://docker.io/library/xdemo:1', false],
  ['docker-image://docker.io/library/demo:3', false],
  ['docker-image://docker.io/docker/dockerfile:1', false],
  ['docker-image://evil.invalid/docker.io/library/demo:1', false],
  ['docker-image+blob://demo:1', false],
  ['oci-layout://x', false],
  ['http://127.0.0.1:2375/x', false],
  ['https://example.invalid/x', false],
  ['git://example.invalid/x.git', false],
] as const)('%s: %s', async ([source, allowed]) => {
  expect(await allows(source)).toBe(allowed)
})
