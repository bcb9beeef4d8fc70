import type { Step, Verb } from '../../protocol/step.ts'
import type { YamlMistake } from './yaml-mistakes.ts'
import { parseContainer } from './container.ts'
import { dockerfileMistakes } from './dockerfile.ts'
import { manifestMistakes } from './manifests.ts'
import { parseRequests } from './request.ts'

/** Reads what a fence holds into its step, and returns the mistakes in it. */
type ReadContent = (step: Step) => YamlMistake[]

/** The verbs whose fence holds more than a script. */
const READERS: Partial<Record<Verb, ReadContent>> = {
  container(step) {
    const parsed = parseContainer(step.code)
    if ('spec' in parsed)
      step.container = parsed.spec
    return 'mistakes' in parsed ? parsed.mistakes : []
  },
  request(step) {
    const parsed = parseRequests(step.code)
    if ('requests' in parsed)
      step.requests = parsed.requests
    return 'mistakes' in parsed ? parsed.mistakes : []
  },
  apply: step => manifestMistakes(step.code),
  build: step => dockerfileMistakes(step.code),
}

/**
 * Reads the content of a step's fence into the step, and returns the mistakes in it; a fence without content has none.
 */
export function readContent(step: Step): YamlMistake[] {
  return step.code.trim() ? READERS[step.verb]?.(step) ?? [] : []
}
