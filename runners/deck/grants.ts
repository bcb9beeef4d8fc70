import type { Grant } from '../protocol/grant.ts'
import { CAPABILITIES, GRANT_FORMS, parseGrant } from '../protocol/grant.ts'
import { nearest, suggestion } from '../protocol/suggest.ts'

/** What is wrong with a grant; `offset` counts characters from its beginning. */
export interface GrantMistake { offset: number, code: string, message: string, hint: string }

/** A grant, or what is wrong with it: an unknown form, a part that cannot be. */
export function readGrant(text: string): Grant | GrantMistake {
  const grant = parseGrant(text)
  if (grant)
    return grant
  const [type = '', ...rest] = text.split(':')
  if (!Object.hasOwn(GRANT_FORMS, type)) {
    const near = nearest(type, Object.keys(GRANT_FORMS)) as Grant['type'] | undefined
    const hint = near ? `Did you mean ${GRANT_FORMS[near]}?` : `Allowed: ${Object.values(GRANT_FORMS).join(', ')}.`
    return { offset: 0, code: 'unknown-grant', message: `${type || 'nothing'} is no grant`, hint }
  }
  const form = GRANT_FORMS[type as Grant['type']]
  const [offset, what, hint] = faultyPart(type as Grant['type'], rest) ?? [0, `${text} is not understood`, undefined]
  return { offset: Math.min(text.length, offset && type.length + offset), code: 'bad-grant', message: what, hint: hint ?? `Write ${form}.` }
}

/** Whether a grant was read. */
export function isGrant(read: Grant | GrantMistake): read is Grant {
  return 'type' in read
}

/** Where the step of a grant stands in it, and that there is no such step; undefined where all is well. */
export function unknownStep(text: string, grant: Grant, steps: string[]): GrantMistake | undefined {
  if (!('step' in grant) || steps.includes(grant.step))
    return undefined
  const hint = steps.length ? suggestion(grant.step, steps) : 'The deck has no steps.'
  return { offset: text.length - grant.step.length, code: 'unknown-step', message: `the grant ${text} is for a step that is not there: ${grant.step}`, hint }
}

const RE_STEP = /^[a-z0-9][a-z0-9-]{0,62}$/

/** The first part that cannot be, its offset counted from the first colon, and what is wrong with it. */
function faultyPart(type: Grant['type'], parts: string[]): [offset: number, message: string, hint?: string] | undefined {
  const at = (index: number): number => 1 + parts.slice(0, index).reduce((sum, part) => sum + part.length + 1, 0)
  const last = parts.length - 1
  const [first = '', second = ''] = parts
  if (type === 'cluster')
    return [1, `a cluster cannot be granted ${first || 'nothing'}`, suggestion(first, ['create', 'cut'])]
  if (type === 'crd')
    return [1, `${first || 'nothing'} is no API group`, 'Write crd:GROUP, as in crd:demo.example.org.']
  if (type === 'mount' && parts.length === 3 && !/^r[ow]$/.test(second))
    return [at(1), `a mount cannot be ${second || 'nothing'}`, 'Write ro to let the step read, rw to let it write.']
  if (type === 'cap' && parts.length === 2 && !isCapability(first)) {
    const near = nearest(first.replace(/^CAP_/i, ''), CAPABILITIES)
    return [1, `${first || 'nothing'} is no capability`, near ? `Did you mean ${near}?` : 'See capabilities(7); write it without CAP_.']
  }
  if (type === 'device' && parts.length === 2 && !first.startsWith('/'))
    return [1, `${first || 'nothing'} is no device`, 'Write its path, as in device:/dev/kvm:STEP.']
  if (type === 'port' && parts.length === 2 && !/^[\d.]+$/.test(first))
    return [1, `${first || 'nothing'} is no address`, 'Write one of the machine, as in port:0.0.0.0:STEP.']
  const expected = GRANT_FORMS[type].split(':').length - 1
  if (last >= 0 && (parts.length === expected || type === 'port') && !RE_STEP.test(parts[last]!))
    return [at(last), `${parts[last] || 'nothing'} is no step's id`]
  return undefined
}

function isCapability(name: string): boolean {
  return (CAPABILITIES as readonly string[]).includes(name.replace(/^CAP_/, ''))
}
