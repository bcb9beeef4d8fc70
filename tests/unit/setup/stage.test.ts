import { expect, it } from 'vitest'
import { switchAsInDev } from '../../../setup/stage.ts'

it.each([
  [{}, { record: true, browserExporter: true }],
  [{ record: false, browserExporter: 'build' }, { record: false, browserExporter: false }],
  [{ presenter: 'dev', monaco: 'build', twoslash: 'dev' }, { presenter: true, monaco: false, twoslash: true, record: true, browserExporter: true }],
  [{ drawings: { enabled: 'dev', persist: true } }, { drawings: { enabled: true, persist: true }, record: true, browserExporter: true }],
  [{ download: true, title: 'Talk' }, { title: 'Talk', record: true, browserExporter: true }],
])('%j is %j', (headmatter, expected) => {
  switchAsInDev(headmatter)
  expect(headmatter).toEqual(expected)
})
