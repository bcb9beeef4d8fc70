import type { Document, Node } from 'yaml'
import type { YamlMistake } from './yaml-mistakes.ts'
import { isAlias, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml'
import { tagsOfKubectl } from '../../protocol/kubectl-yaml.ts'
import { keyOffset, placeIn, syntaxMistakes, valueOffset } from './yaml-mistakes.ts'

/**
 * What is wrong with the manifests of an `{apply}`, as far as it can be told without a cluster; read as kubectl does,
 * which means YAML 1.1.
 */
export function manifestMistakes(code: string): YamlMistake[] {
  const counter = new LineCounter()
  const documents = [...parseAllDocuments(code, { version: '1.1', customTags: tagsOfKubectl, lineCounter: counter })]
  if (documents.every(document => !document.errors.length && isEmpty(document)))
    return [{ line: 1, column: 1, message: 'there is no manifest', hint: 'Write apiVersion, kind and metadata.' }]
  return documents.flatMap((document): YamlMistake[] => {
    if (document.errors.length)
      return syntaxMistakes(document, counter)
    const { contents } = document
    if (isEmpty(document))
      return []
    const place = placeIn(counter, (contents as Node).range?.[0] ?? 0)
    if (!isMap(contents))
      return [{ ...place, message: 'this is no manifest', hint: 'Write apiVersion, kind and metadata.' }]
    const mistyped = [['apiVersion'], ['kind'], ['metadata', 'name']].flatMap(path => notText(document, path, counter))
    const missing = ['apiVersion', 'kind'].filter(key => contents.get(key) === undefined || contents.get(key) === null)
    const lacking = missing.length ? [{ ...place, message: `the manifest lacks ${missing.join(' and ')}`, hint: 'As in apiVersion: v1 and kind: Pod.' }] : []
    return [...lacking, ...mistyped, ...unnamed(document, counter)]
  })
}

/** A name that the cluster would make anew each time. */
function unnamed(document: Document, counter: LineCounter): YamlMistake[] {
  const path = ['metadata', 'generateName']
  if (document.getIn(path) === undefined || document.getIn(['metadata', 'name']) !== undefined)
    return []
  return [{ ...placeIn(counter, keyOffset(document, path)), message: 'a manifest with generateName cannot be applied', hint: 'Each run would make another object. Give it a name: metadata: {name: …}' }]
}

const KINDS: Partial<Record<string, string>> = { boolean: 'a boolean', number: 'a number', bigint: 'a number' }

/** A value that is no text although it looks like one, as `y`, `on` and `1` do. */
function notText(document: Document, path: string[], counter: LineCounter): YamlMistake[] {
  const found = document.getIn(path, true)
  const node = isAlias(found) ? found.resolve(document) : found
  if (node === undefined || (isScalar(node) && (typeof node.value === 'string' || node.value === null)))
    return []
  const name = path.join('.')
  if (!isScalar(node))
    return [{ ...placeIn(counter, keyOffset(document, path)), message: `${name} takes a text` }]
  const written = node.source ?? String(node.value)
  return [{ ...placeIn(counter, valueOffset(document, path)), message: `${name}: to YAML ${written} is ${KINDS[typeof node.value] ?? 'a value of its own'}, and no text`, hint: `Put it in quotes: "${written}".` }]
}

/** Nothing stands between two separators. */
function isEmpty({ contents }: Document): boolean {
  return !contents || (isScalar(contents) && contents.value === null)
}
