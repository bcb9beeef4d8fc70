import type { CheckedStep } from '../../runners/cli/check/checked-step.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { selectSteps } from '../../runners/cli/check/run-all.ts'
import { parseDeck } from '../../runners/deck/parse.ts'
import { buildDemoImage } from '../../slides/demo/build-image.ts'
import { kamishibai } from '../_present.ts'
import { engineAt } from './_runners.ts'

const dockerHost = inject('dockerHost')!

describe.skipIf(!dockerHost)('the tour on a real engine', () => {
  it('does what it shows; what needs a cluster is skipped where there is none', async () => {
    await buildDemoImage(engineAt(dockerHost), { log: () => {} })
    const state = await mkdtemp(join(tmpdir(), 'kamishibai-state-'))
    onTestFinished(() => rm(state, { recursive: true, force: true }))
    const check = kamishibai(['check', 'slides/tour.md', '--mode', 'live', '--trust', '--reporter', 'json'], { env: { DOCKER_HOST: dockerHost, KUBECONFIG: join(state, 'none'), XDG_STATE_HOME: state } })
    const code = await check.ended
    const output = check.output()
    const { steps } = JSON.parse(output.slice(output.indexOf('{\n'), output.lastIndexOf('}') + 1)) as { steps: CheckedStep[] }
    expect(steps.filter(step => !step.ok)).toEqual([])
    const deck = await parseDeck('slides/tour.md')
    const onCluster = deck.steps.filter(({ id }) => selectSteps(deck, [id]).some(({ requires }) => requires.includes('nodes:2')))
    expect(steps.filter(({ skipped }) => skipped).map(({ id }) => id)).toEqual(onCluster.map(({ id }) => id))
    expect(code).toBe(0)
  })
})
