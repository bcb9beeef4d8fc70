import type { Deck } from '../../deck/deck.ts'
import type { Runner, RunnerConfig } from '../../protocol/runner.ts'
import type { RunnerName } from '../../protocol/step.ts'
import type { Finding } from './finding.ts'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { namedFonts } from '../../deck/named-fonts.ts'
import { toPlan } from '../../deck/plan/plan.ts'
import { engineOf } from '../../deck/plan/step-touch.ts'
import { webPartsOf } from '../../deck/web-parts.ts'
import { LABELS } from '../../protocol/runner.ts'
import { runnersOf } from '../session/engine-needs.ts'
import { lookForPrograms } from '../session/programs.ts'
import { loadRunner as loadFromRegistry } from '../session/registry.ts'
import { privateDirOf } from '../sweep/folders.ts'
import { ownerId } from '../sweep/owner.ts'
import { sweepDead } from '../sweep/sweep.ts'
import { standingOf } from '../trust/cluster.ts'
import { checkDeck, checkNames, checkNetwork, checkPages, checkPrograms, checkRecordings, readAll } from './deck.ts'
import { checkEngines, checkImages, checkRequirements, checkTryOut, imagesOf } from './engines.ts'
import { fine } from './finding.ts'
import { checkFonts } from './fonts.ts'
import { checkClock, checkDisk, checkMemory, checkNode, checkPorts, checkPower } from './machine.ts'

export interface DoctorOptions {
  deck: Deck
  env: Record<string, string | undefined>
  /** @default the registry's */
  loadRunner?: typeof loadFromRegistry
}

/** Called while images are fetched: `done` of `total` bytes, where they are known. */
export type FetchProgress = (image: string, done: number, total: number) => void

/** What can be asked of the machine before a talk. */
export interface Doctor {
  /** `fixed`: what can be got has been tried to get. */
  examine: (options?: { fixed?: boolean }) => Promise<Finding[]>
  /** Gets the images that engines lack; returns a sentence for each that cannot be had. */
  fetchImages: (onProgress: FetchProgress) => Promise<string[]>
  close: () => Promise<void>
}

/** Opens no session; what it makes on an engine to try it is gone at once. */
export async function createDoctor({ deck, env, loadRunner = loadFromRegistry }: DoctorOptions): Promise<Doctor> {
  const sessionId = randomUUID().slice(0, 8)
  const config: RunnerConfig = {
    sessionId,
    deckDir: deck.dir,
    privateDir: privateDirOf(sessionId),
    settings: deck.settings,
    labels: { [LABELS.session]: sessionId, [LABELS.owner]: ownerId() },
    env,
    standingOf: cluster => standingOf(cluster, env),
  }
  const runners: Runner[] = []
  for (const name of runnersOf(deck)) {
    if (name !== 'replay')
      runners.push(await loadRunner(name, config))
  }
  const images = imagesOf(deck, engineOf)
  const failed = new Set<string>()

  return {
    async examine({ fixed = false } = {}) {
      const plan = toPlan(deck)
      const { findings, versions } = await checkEngines(runners)
      const recorded = await readAll(deck)
      const isLive = (name: RunnerName): boolean => Boolean(versions.get(name))
      // Without their engine, the finding on it says all.
      const given = new Set(runners.flatMap(runner => runner.programs?.() ?? []))
      return [
        checkDeck(deck),
        checkRecordings(deck, recorded, step => isLive(step.runner) && isLive(engineOf(step))),
        ...findings,
        ...await checkImages(runners, images, versions, failed),
        ...await checkTryOut(deck, runners, { images, versions }),
        ...checkPrograms(deck, lookForPrograms(deck.steps, env.PATH, given)),
        ...await checkRequirements(deck, runners, versions, fixed),
        await checkPorts(plan.steps.flatMap(step => step.ports.map(port => ({ step: step.id, port })))),
        ...checkNames(deck, env),
        await checkLeftovers(env),
        checkNode(),
        checkMemory(),
        await checkDisk(),
        checkClock(recorded.latest),
        ...checkPower(),
        checkNetwork(deck, step => plan.steps.find(({ id }) => id === step.id)!.hosts),
        checkPages(await webPartsOf(deck.file)),
        ...await checkFonts(namedFonts(deck.file), deck.dir),
      ]
    },
    async fetchImages(onProgress) {
      const said: string[] = []
      for (const runner of runners) {
        const wanted = images.get(runner.name) ?? []
        const answers = wanted.length && (await runner.probe(AbortSignal.timeout(5000))).available
        for (const image of answers ? await runner.lacks?.(wanted) ?? [] : []) {
          await runner.fetch?.(image, (done, total) => onProgress(image, done, total)).catch((error: Error) => {
            failed.add(image)
            said.push(error.message)
          })
        }
      }
      return said
    },
    async close() {
      for (const runner of runners)
        await runner.close?.()
      await rm(config.privateDir, { recursive: true, force: true })
    },
  }
}

async function checkLeftovers(env: DoctorOptions['env']): Promise<Finding> {
  const { removed } = await sweepDead({ env, dryRun: true }).catch(() => ({ removed: [] }))
  return removed.length
    ? { id: 'leftovers', ok: false, severity: 'warning', message: `An earlier session left ${removed.length === 1 ? '' : `${removed.length} things, such as `}the ${removed[0]!.kind} ${removed[0]!.name}`, fix: 'kamishibai sweep' }
    : fine('leftovers', 'no earlier session has left anything')
}
