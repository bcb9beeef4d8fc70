import type { Recording } from './recording.ts'

/** What differs between two runs of the same demo, in the order in which it is masked. */
const MASKS: [RegExp, string][] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b\d{1,2}:\d\d:\d\d(?:\.\d+)?\b/g, '<time>'],
  [/\bsha256:[0-9a-f]{12,64}\b/g, '<id>'],
  [/\b[0-9a-f]{12,64}\b/g, '<id>'],
  [/\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/gi, '<mac>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '<ip>'],
  [/\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}\b/gi, '<ip>'],
  [/\[\d{10}\]/g, '[<inode>]'],
  [/\b\d+(?:\.\d+)?\s?(?:ns|µs|ms|s|sec|seconds?|minutes?|hours?)\b/g, '<duration>'],
  [/"(?:createdAt|startedAt|finishedAt|pid)":(?:"[^"]*"|\d+)/g, '"<time>"'],
]

function mask(text: string): string {
  return MASKS.reduce((masked, [pattern, name]) => masked.replace(pattern, name), text)
}

/** What a recording says, without what changes from run to run: ids, addresses, times, chunk boundaries. */
function essence({ header, cols, rows, events }: Recording): string {
  const output = events.map(event => event.type === 'output' ? event.data : '').join('')
  const others = events.filter(event => event.type !== 'output' && event.type !== 'sample' && event.type !== 'progress')
    .map(({ seq: _, at: __, ...payload }) => mask(JSON.stringify(payload)))
  const { step, hash, phase, expectations } = header
  return JSON.stringify([step, hash, phase, expectations.map(({ text, ok }) => ({ text, ok })), cols, rows, mask(output), others])
}

/** Whether two recordings tell the same, so that the older file may stay. */
export function sameRecording(a: Recording, b: Recording): boolean {
  return essence(a) === essence(b)
}
