import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../../..')
const FILES = globSync('{client,components,layouts,setup,slides}/**/*.{css,vue}', { cwd: ROOT })

/** A container whose height is asked, and a question about one. */
const RE_HEIGHT = /container(?:-type)?:[^;]*\bsize\b|@container[^{]+\b(?:height|block-size|aspect-ratio|orientation)\b/g

// Where its answer changes the layout for paper, Chromium prints every page of the document empty.
it('no style asks for the height of a container', () => {
  expect(FILES.length).toBeGreaterThan(30)
  const asking = FILES.flatMap(file => [...readFileSync(join(ROOT, file), 'utf8').matchAll(RE_HEIGHT)].map(([text]) => `${file}: ${text}`))
  expect(asking).toEqual([])
})
