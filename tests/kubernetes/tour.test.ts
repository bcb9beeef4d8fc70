import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { selectSteps } from '../../runners/cli/check/run-all.ts'
import { withContext } from '../../runners/cli/io/context.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { isPassed } from '../../runners/protocol/event.ts'
import { createService } from '../../runners/service/service.ts'

const cluster = inject('cluster')!

describe.skipIf(!cluster)('the tour on a real cluster', () => {
  it('does what it shows', async () => {
    const deck = withContext(await parseDeck(join(import.meta.dirname, '../../slides/tour.md')), cluster.context)
    const service = await createService({ deck, mode: 'live', live: true, env: { ...process.env, KUBECONFIG: cluster.kubeconfig } })
    onTestFinished(async () => void await service.close())
    const { session } = service
    const steps = deck.steps.filter(({ id }) => selectSteps(deck, [id]).some(({ requires }) => requires.includes('nodes:2')))
    expect(steps.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['apply', 'exec', 'request', 'run']))
    const failed: string[] = []
    for (const step of steps.filter(step => !session.lackOf(step))) {
      const outcome = await (session.runOf(step.id) ?? session.start(step.id)).moment
      if (!isPassed(outcome.phase))
        failed.push(`${step.id} ${outcome.phase}: ${outcome.error?.message}`)
    }
    expect(failed).toEqual([])
    // The nodes that tests make are two.
    if (cluster.name)
      expect(steps.filter(step => session.lackOf(step))).toEqual([])
  })
})
