import { expect, it } from 'vitest'
import { flavourEnv, flavourOf } from '../../../runners/protocol/flavour.ts'

it.each([
  ['dev', {}, 'serve'],
  ['dev', flavourEnv('remote'), 'serve'],
  ['build', {}, 'site'],
  ['build', flavourEnv('one-file'), 'one-file'],
  ['build', flavourEnv('remote'), 'remote'],
  ['build', { KAMISHIBAI_FLAVOUR: 'serve' }, 'site'],
  ['build', { KAMISHIBAI_FLAVOUR: 'other' }, 'site'],
  ['export', flavourEnv('one-file'), 'serve'],
] as const)('Slidev in mode %s with %j makes: %s', (mode, env, flavour) => {
  expect(flavourOf(mode, env)).toBe(flavour)
})
