import type { Verb } from '../protocol/step.ts'
import type { Word } from './info.ts'
import type { Report } from './options.ts'
import { VERBS } from '../protocol/step.ts'
import { suggestion } from '../protocol/suggest.ts'
import { ALL_OPTIONS, COMMON_OPTIONS, FLAGS, REPEATABLE, VERB_TABLE } from './verbs.ts'

/** Name, tag: what `docker tag` takes; source: distribution/reference. */
const RE_TAG = /^(?:[\w.-]+(?::\d+)?\/)?[a-z\d]+(?:(?:\.|_{1,2}|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:\.|_{1,2}|-+)[a-z\d]+)*)*(?::\w[\w.-]{0,127})?$/

/**
 * Reports options that a verb does not have, lacks, or that stand as they cannot; `at` is where the fence's brace
 * begins.
 */
export function checkOptions(words: Word[], verb: Verb, at: number, report: Report): void {
  const allowed = [...COMMON_OPTIONS, ...VERB_TABLE[verb].options]
  const seen = new Set<string>()
  for (const { key, value, offset } of words) {
    if (!allowed.includes(key)) {
      const owner = VERBS.find(v => VERB_TABLE[v].options.includes(key))
      report(offset, 'unknown-option', owner && ALL_OPTIONS.has(key) ? `${key} is an option of {${owner}}, not of {${verb}}` : `unknown option ${key}`, suggestion(key, allowed))
      continue
    }
    if (value === undefined && !FLAGS.has(key))
      report(offset, 'bad-value', `${key} needs a value`, `Write ${key}=….`)
    if (value !== undefined && FLAGS.has(key))
      report(offset, 'bad-value', `${key} stands alone, without a value`, `Write ${key}, or leave it out.`)
    if (key === 'tag' && value !== undefined && !RE_TAG.test(value))
      report(offset, 'bad-value', `tag: ${value || 'nothing'} is no name of an image`, 'Write NAME:TAG in lower case, as in hello:1.')
    if (seen.has(key) && !REPEATABLE.has(key))
      report(offset, 'repeated-option', `${key} stands twice`, 'Only until, expect and mark may repeat.')
    seen.add(key)
  }
  if (verb === 'exec' && !seen.has('in'))
    report(at, 'missing-option', 'where it runs is not said', 'Write in=NAME for a container of the session, in=pod/NAME for a pod.')
}
