import type { Condition, Mark, Moment, Verb } from '../protocol/step.ts'
import { PHASES } from '../protocol/event.ts'
import { parseDuration } from '../protocol/headmatter.ts'
import { isMarkerLabel } from '../protocol/marker.ts'
import { suggestion } from '../protocol/suggest.ts'

const RE_REGEX = /^\/(.*)\/([dgimsuvy]*)$/s
const FORMS = 'exit=0, exit!=0, match=/re/, http=200@URL, status=200, status<400, pods=3/3@selector, condition=Type@kind/name, rollout@kind/name, healthy@NAME, settled=1s'

/** A regular expression `/…/flags`; throws RangeError with what is wrong. */
export function parseMark(text: string): Mark {
  const [, source, flags = ''] = RE_REGEX.exec(text) ?? []
  if (source === undefined)
    throw new RangeError(`${text} is no regular expression: write /…/`)
  try {
    // eslint-disable-next-line no-new
    new RegExp(source, flags)
  }
  catch (error) {
    throw new RangeError((error as Error).message, { cause: error })
  }
  return { source, flags }
}

/** A condition of `until` or `expect`; throws RangeError with what is wrong and what is allowed. */
export function parseCondition(text: string): Condition {
  let match: RegExpExecArray | null
  if ((match = /^exit(!?)=(\d{1,3})$/.exec(text)))
    return { text, type: 'exit', code: Number(match[2]), not: match[1] === '!' }
  if (text.startsWith('match='))
    return { text, type: 'match', ...parseMark(text.slice(6)) }
  if ((match = /^http=(\d{3})@(https?:\/\/\S+)$/.exec(text)))
    return { text, type: 'http', status: Number(match[1]), url: match[2]! }
  if ((match = /^status([=<])(\d{3})$/.exec(text)))
    return { text, type: 'status', op: match[1] as '=' | '<', code: Number(match[2]) }
  if ((match = /^settled(?:=(.+))?$/.exec(text))) {
    const ms = parseDuration(match[1] ?? '1s')
    if (ms === undefined)
      throw new RangeError(`${match[1]} is no duration: write 500ms, 1s or 2m`)
    return { text, type: 'settled', ms }
  }
  if ((match = /^healthy@(\S+)$/.exec(text)))
    return { text, type: 'healthy', name: match[1]! }
  if ((match = /^pods=(\d+)\/(\d+)@(\S+)$/.exec(text)))
    return { text, type: 'pods', ready: Number(match[1]), total: Number(match[2]), selector: match[3]! }
  if ((match = /^condition=(\w+)@(\S+\/\S+)$/.exec(text)))
    return { text, type: 'condition', name: match[1]!, object: match[2]! }
  if ((match = /^rollout@(\S+\/\S+)$/.exec(text)))
    return { text, type: 'rollout', object: match[1]! }
  throw new RangeError(`${text} is no condition. Allowed: ${FORMS}`)
}

/** The conditions of a step with those that its verb adds where the fence says nothing of them. */
export function withDefaults(
  verb: Verb,
  until: Condition[],
  expect: Condition[],
): { until: Condition[], expect: Condition[] } {
  const ends = verb === 'run' || verb === 'exec' || (verb === 'container' && !until.length)
  const added: Condition[] = []
  if (ends && !expect.some(({ type }) => type === 'exit'))
    added.push({ text: 'exit=0', type: 'exit', code: 0, not: false })
  if (verb === 'request' && !expect.some(({ type }) => type === 'status'))
    added.push({ text: 'status<400', type: 'status', op: '<', code: 400 })
  const settled: Condition = { text: 'settled=1s', type: 'settled', ms: 1000 }
  return { until: verb === 'terminal' && !until.length ? [settled] : until, expect: [...added, ...expect] }
}

/** The moments of `print`; throws RangeError for an unknown one. */
export function parseMoments(text: string): Moment[] {
  return text.split(',').map((part): Moment => {
    const moment = part.trim()
    const ms = parseDuration(moment)
    if (moment === 'start' || moment === 'end')
      return { type: moment }
    if (ms !== undefined)
      return { type: 'time', ms }
    if (moment.startsWith('phase:')) {
      if (!(PHASES as readonly string[]).includes(moment.slice(6)))
        throw new RangeError(`${moment} is no phase. ${suggestion(moment.slice(6), PHASES)}`)
      return { type: 'phase', phase: moment.slice(6) }
    }
    if (moment.startsWith('marker:')) {
      if (!isMarkerLabel(moment.slice(7)))
        throw new RangeError(`${moment} is no marker: a label has 1 to 64 characters, and no comma among them`)
      return { type: 'marker', label: moment.slice(7) }
    }
    throw new RangeError(`${moment} is no moment. Allowed: start, end, 2.5s, phase:NAME, marker:LABEL`)
  })
}
