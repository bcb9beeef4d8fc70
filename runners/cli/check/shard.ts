import type { Step } from '../../protocol/step.ts'

/** The steps of one of several machines that share a deck, `2/3` for the second of three: a run of the deck each, of much the same length. */
export function shardOf(steps: Step[], shard: string): Step[] | undefined {
  const [, part, parts] = /^(\d{1,4})\/(\d{1,4})$/.exec(shard)?.map(Number) ?? []
  if (!part || !parts || part > parts)
    return undefined
  const from = (n: number): number => Math.floor(steps.length * n / parts)
  return steps.slice(from(part - 1), from(part))
}
