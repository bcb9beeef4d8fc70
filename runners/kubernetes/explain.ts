import type { Step } from '../protocol/step.ts'
import type { ApiError } from './api.ts'
import type { Manifest } from './manifest.ts'
import { StepError } from '../protocol/error.ts'

/**
 * How the API server says that a value is of another kind than its schema; source: sigs.k8s.io/structured-merge-diff,
 * typed/helpers.go.
 */
const RE_WRONG_KIND = /: \.(\S+): expected (\w+)(?: \([^)]*\))?, got /
const KINDS: Partial<Record<string, string>> = { string: 'a text', numeric: 'a number', boolean: 'true or false', map: 'a mapping of keys', list: 'a list' }

/** Why the API server refuses a manifest, in words, on the line that it is about. */
export function explainRefusal(error: ApiError, { object, line, lineOf, valueOf }: Manifest, { id }: Pick<Step, 'id'>): StepError {
  const name = `${object.kind.toLowerCase()}/${object.metadata.name}`
  const causes = error.status?.details?.causes ?? []
  const [first] = causes
  if (error.code === 409 && first?.reason === 'FieldManagerConflict') {
    const managers = [...new Set(causes.map(({ message }) => /conflict with "([^"]+)"/.exec(message ?? '')?.[1] ?? 'someone else'))]
    const fields = causes.map(({ field }) => field?.replace(/^\./, '')).filter(Boolean)
    return new StepError('conflict', `${fields.join(', ')} of ${name} ${fields.length > 1 ? 'were' : 'was'} set by ${managers.join(' and ')}`, 'Leave the field out of the manifest, or change it with the same tool.', { line: lineOf(fields[0] ?? ''), cause: error })
  }
  const [, field, wanted] = RE_WRONG_KIND.exec(error.message) ?? []
  if (field && wanted) {
    const given = valueOf(field)
    const quotable = wanted === 'string' && typeof given !== 'object'
    const shown = Array.isArray(given) ? 'a list' : typeof given === 'object' ? 'a mapping' : JSON.stringify(given)
    return new StepError('bad-manifest', `${name}: ${field} takes ${KINDS[wanted] ?? wanted}, and ${shown} is none`, quotable ? `Put it in quotes: "${String(given)}".` : 'Mind the spelling and the indentation.', { line: lineOf(field), cause: error })
  }
  const [, path, what] = /: \.(\S+): ((?:field not declared|duplicate)[^;]*)/.exec(error.message) ?? []
  if (path && what) {
    const word = path.split('.').at(-1)
    return new StepError('bad-manifest', `${name}: ${what.startsWith('field not declared') ? `there is no field ${word} in ${path.split('.').slice(0, -1).join('.') || object.kind}` : `${path}: ${what}`}`, 'Mind the spelling and the indentation.', { line: lineOf(path), cause: error })
  }
  if (first?.field && first.message)
    return new StepError('bad-manifest', `${name}: ${first.field}: ${first.message}`, causes.length > 1 ? `And: ${causes.slice(1).map(({ field, message }) => `${field}: ${message}`).join('; ')}` : '', { line: lineOf(first.field), cause: error })
  const policy = /denied request: (.*)/.exec(error.message)?.[1]
  if (policy)
    return new StepError('policy-refused', `${name}: ${policy}`, 'The guard of the session refuses it.', { line, cause: error })
  if (error.message.includes('violates PodSecurity'))
    return new StepError('policy-refused', `${name} would reach beyond itself: ${error.message.replace(/^.*violates PodSecurity "[^"]*": /, '')}`, 'Pods of a session may not (Pod Security baseline).', { line: lineOf('spec'), cause: error })
  if (error.message.includes('attempting to grant RBAC permissions not currently held'))
    return new StepError('policy-refused', `${name} would allow more than the session itself may do: ${beyondWords(error.message)}`, 'A step can hand on only what it has.', { line, cause: error })
  if (error.message.includes('exceeded quota'))
    return new StepError('policy-refused', `${name} exceeds what a session may hold: ${quotaWords(error.message)}`, `Ask for less in the step ${id}, or reset other steps.`, { line, cause: error })
  return new StepError(error.code === 403 ? 'policy-refused' : 'engine-refused', `the API server refuses ${name}: ${error.message}`, '', { line, cause: error })
}

/** `requested: pods=1, used: pods=60, limited: pods=60` of a message about a quota. */
export function quotaWords(message: string): string {
  return /requested: (.*)/.exec(message)?.[1] ?? message
}

/** `escalate, bind pods; get nodes` of the rules that a message lists. */
function beyondWords(message: string): string {
  const rules = [...message.matchAll(/\{[^{}]*Resources:\[([^\]]*)\][^{}]*Verbs:\[([^\]]*)\][^{}]*\}/g)]
  const list = (quoted: string): string => quoted.replaceAll('"', '').split(' ').join(', ')
  return rules.map(([, resources, verbs]) => `${list(verbs!)} ${list(resources!)}`).join('; ') || message
}
