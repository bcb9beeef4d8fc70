import { expect, it } from 'vitest'
import { neededOf } from '../../../../runners/cli/init/manifest.ts'

it('brings the peers that the addon needs, and leaves those that are optional', () => {
  const own = {
    name: 'addon',
    overrides: {},
    peerDependencies: { font: '^1.0.0', vue: '^3.0.0' },
    peerDependenciesMeta: { font: { optional: true } },
    devDependencies: { 'playwright-chromium': '^1.0.0', 'node': '^24.0.0' },
  }
  expect(neededOf({ own, addon: '^2.0.0', bringsNode: false }).devDependencies)
    .toEqual({ 'vue': '^3.0.0', 'addon': '^2.0.0', 'playwright-chromium': '^1.0.0' })
})
