import type { KubeObject } from './objects.ts'
import { isCollection, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml'
import { StepError } from '../protocol/error.ts'
import { tagsOfKubectl } from '../protocol/kubectl-yaml.ts'

/** An object of a fence, and where its fields stand. */
export interface Manifest {
  object: KubeObject
  /** The line of the document, from 1 in the fence as it is run. */
  line: number
  /** The line of the deepest part of a field path like `spec.template.spec.containers[0].image` that is there. */
  lineOf: (path: string) => number
  /** What stands at a field path. */
  valueOf: (path: string) => unknown
}

/**
 * Reads all documents of a fence as kubectl does, which means YAML 1.1; lists are taken apart. Throws StepError on its
 * line.
 */
export function parseManifests(code: string): Manifest[] {
  const counter = new LineCounter()
  const documents = parseAllDocuments(code, { version: '1.1', customTags: tagsOfKubectl, uniqueKeys: true, lineCounter: counter })
  if (!Array.isArray(documents))
    return []
  const manifests: Manifest[] = []
  for (const document of documents) {
    const [error] = document.errors
    if (error)
      throw new StepError('bad-manifest', `the manifest is no YAML: ${error.message.split('\n')[0]!.replace(/ at line \d.*/, '')}`, 'Mind the indentation.', { line: counter.linePos(error.pos[0]).line })
    // Nothing, or nothing but comments, stands between two separators.
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
      continue
    const lineAt = (path: (string | number)[]): number => {
      for (let length = path.length; length >= 0; length--) {
        const node = length ? nodeWithKey(document, path.slice(0, length)) : document.contents
        const offset = (node as { range?: [number, number, number] | null } | undefined)?.range?.[0]
        if (offset !== undefined)
          return counter.linePos(offset).line
      }
      return 1
    }
    const take = (value: unknown, prefix: (string | number)[]): void => {
      const object = value as KubeObject
      const line = lineAt(prefix)
      checkShape(object, line)
      if (object.kind !== 'List')
        checkName(object, lineAt([...prefix, 'metadata', 'name']))
      if (object.kind === 'List' && Array.isArray(object.items)) {
        object.items.forEach((item, i) => take(item, [...prefix, 'items', i]))
      }
      else {
        manifests.push({
          object,
          line,
          lineOf: path => lineAt([...prefix, ...toPath(path, object)]),
          valueOf: path =>
            toPath(path, object).reduce<unknown>(
              (at, part) => (at as Record<string | number, unknown> | null | undefined)?.[part],
              object,
            ),
        })
      }
    }
    take(document.toJS(), [])
  }
  if (!manifests.length)
    throw new StepError('bad-manifest', 'the fence holds no manifest', 'Write apiVersion, kind and metadata.')
  return manifests
}

/** The key of a pair where there is one: a value may stand on a later line. */
function nodeWithKey(
  document: { getIn: (path: (string | number)[], keep: true) => unknown },
  path: (string | number)[],
): unknown {
  const last = path.at(-1)!
  const parent = document.getIn(path.slice(0, -1), true)
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => String(key) === String(last))
    return pair?.key
  }
  return isCollection(parent) ? parent.get(last, true) : undefined
}

function checkShape(object: KubeObject, line: number): void {
  const wrong = typeof object !== 'object' || object === null || Array.isArray(object)
    ? 'an object, with apiVersion, kind and metadata'
    : typeof object.apiVersion !== 'string'
      ? 'an apiVersion, like v1 or apps/v1'
      : typeof object.kind !== 'string'
        ? 'a kind, like Pod or Deployment'
        : undefined
  if (wrong)
    throw new StepError('bad-manifest', `the manifest lacks ${wrong}`, 'Write apiVersion, kind and metadata.', { line })
}

function checkName({ metadata }: { metadata?: { name?: unknown, generateName?: unknown } }, line: number): void {
  const name = metadata?.name ?? undefined
  if (name === undefined)
    throw new StepError('bad-manifest', 'the manifest lacks a name: metadata: {name: …}', metadata?.generateName === undefined ? 'Give it one.' : 'With generateName nothing can be applied twice.', { line })
  if (typeof name !== 'string')
    throw new StepError('bad-manifest', `metadata.name is to be a text, and to YAML it is ${JSON.stringify(name)}`, 'Put it in quotes.', { line })
}

/**
 * A field path in its parts: `spec.containers[0].ports`, as the API server also writes it
 * `.spec.containers[name="web"].ports`.
 */
function toPath(path: string, object: unknown): (string | number)[] {
  let at = object
  return [...path.matchAll(/\[(\d+)\]|\[(\w+)="([^"]*)"[^\]]*\]|\[["']?([^\]"']+)["']?\]|([^.[\]]+)/g)].map(([, index, key, value, quoted, name]) => {
    const part
      = index === undefined
        ? key
          ? ((at as Record<string, unknown>[] | undefined)?.findIndex?.(item => String(item[key]) === value) ?? 0)
          : (quoted ?? name!)
        : Number(index)
    at = (at as Record<string | number, unknown> | undefined)?.[part]
    return part
  })
}

/** Smaller numbers are applied first: what others need, then what runs. */
const RANKS: Record<string, number> = Object.fromEntries([
  ['Namespace', 'CustomResourceDefinition'],
  ['ServiceAccount', 'Secret', 'ConfigMap', 'PersistentVolume', 'PersistentVolumeClaim', 'StorageClass', 'PriorityClass', 'LimitRange', 'ResourceQuota'],
  ['ClusterRole', 'Role', 'NetworkPolicy'],
  ['ClusterRoleBinding', 'RoleBinding'],
  ['Service'],
].flatMap((kinds, rank) => kinds.map(kind => [kind, rank])))

/** In the order in which they can be made, else in that of the fence. */
export function inOrder(manifests: Manifest[]): Manifest[] {
  const rank = ({ object }: Manifest): number => RANKS[object.kind] ?? 5
  return manifests.toSorted((a, b) => rank(a) - rank(b))
}
