import type { Document, Node } from 'yaml'
import type { YamlMistake } from './container.ts'
import { isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml'
import { yamlSentence } from './container.ts'

/** What is wrong with the manifests of an `{apply}`, as far as it can be told without a cluster. */
export function manifestMistakes(code: string): YamlMistake[] {
  const counter = new LineCounter()
  const documents = parseAllDocuments(code, { lineCounter: counter })
  const at = (offset: number): { line: number, column: number } => {
    const { line, col } = counter.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const mistakes = [...documents].flatMap((document): YamlMistake[] => {
    if (document.errors.length)
      return document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message: yamlSentence(message) }))
    const { contents } = document
    if (isEmpty(document))
      return []
    const place = at((contents as Node).range?.[0] ?? 0)
    if (!isMap(contents))
      return [{ ...place, message: 'this is no manifest', hint: 'Write apiVersion, kind and metadata.' }]
    const missing = ['apiVersion', 'kind'].filter(key => typeof contents.get(key) !== 'string')
    return missing.length ? [{ ...place, message: `the manifest lacks ${missing.join(' and ')}`, hint: 'As in apiVersion: v1 and kind: Pod.' }] : []
  })
  return mistakes.length || [...documents].some(document => !isEmpty(document)) ? mistakes : [{ line: 1, column: 1, message: 'there is no manifest', hint: 'Write apiVersion, kind and metadata.' }]
}

/** Nothing stands between two separators. */
function isEmpty({ contents }: Document): boolean {
  return !contents || (isScalar(contents) && contents.value === null)
}
