import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isNewEnough, OLDEST_NODE } from '../../../runners/protocol/node-version.mjs'

it.each([['18.20.0', false], ['22.11.9', false], ['22.12.0', true], ['22.9.0', false], ['23.0.0', true], ['24.1.2', true], ['100.0.0', true]])('Node %s is new enough: %s', (version, enough) => {
  expect(isNewEnough(version)).toBe(enough)
})

it('is asked of npm as well', () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { engines: { node: string } }
  expect(engines.node).toBe(`>=${OLDEST_NODE}.0`)
})
