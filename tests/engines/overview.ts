import type { Reporter, TestProject, TestSpecification, Vitest } from 'vitest/node'

/** What each project's files take together on two quiet processors, for those that no run here has timed yet. */
const EXPECTED: Record<string, { files: number, seconds: number }> = {
  'unit': { files: 134, seconds: 30 },
  'process': { files: 51, seconds: 265 },
  'docker': { files: 23, seconds: 415 },
  'docker-alone': { files: 4, seconds: 50 },
  'vm': { files: 1, seconds: 60 },
  'browser': { files: 28, seconds: 480 },
  'package': { files: 1, seconds: 100 },
  'kubernetes-api': { files: 5, seconds: 60 },
  'kubernetes-api-alone': { files: 3, seconds: 80 },
  'kubernetes': { files: 9, seconds: 270 },
  'kubernetes-alone': { files: 3, seconds: 80 },
}

/** What a project needs, by the name under which its global setup provides it; it says itself why there is none. */
const NEEDED: Record<string, 'dockerHost' | 'cluster' | 'controlPlane'> = {
  'docker': 'dockerHost',
  'docker-alone': 'dockerHost',
  'kubernetes': 'cluster',
  'kubernetes-alone': 'cluster',
  'kubernetes-api': 'controlPlane',
  'kubernetes-api-alone': 'controlPlane',
}

/** One project of a run, as it is told before its first test. */
interface Planned { name: string, files: number, seconds: number, workers: number, skipped: boolean }

/** vitest's reporter: says at the start what runs, what is skipped, and about how long that takes. */
export default class Overview implements Reporter {
  #vitest: Vitest | undefined
  #specifications: readonly TestSpecification[] = []

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#specifications = specifications
  }

  /** Before the first file, when it is known which engines there are. */
  onTestModuleQueued(): void {
    if (!this.#specifications.length)
      return
    const projects = [...Map.groupBy(this.#specifications, ({ project }) => project)]
    const plans = projects.map(([project, files]) => this.#planOf(project, files))
    this.#specifications = []
    const width = Math.max(...plans.map(({ name }) => name.length))
    for (const { name, files, seconds, skipped } of plans) {
      const takes = skipped ? 'skipped, for the reason above' : `${Math.round(seconds)} s of tests`
      console.log(`${name.padEnd(width)}  ${String(files).padStart(3)} ${files === 1 ? 'file ' : 'files'}  ${takes}`)
    }
    console.log(`About ${durationOf(plans)}.\n`)
  }

  /** By the last run of each file here, else by its share of the project. */
  #planOf(project: TestProject, files: TestSpecification[]): Planned {
    const { name, config } = project
    const share = (EXPECTED[name]?.seconds ?? 0) / (EXPECTED[name]?.files ?? 1)
    const seconds = files.reduce((sum, file) => sum + (this.#secondsOf(file) ?? share), 0)
    const needed = NEEDED[name]
    const skipped = needed !== undefined && project.getProvidedContext()[needed] === undefined
    return { name, files: files.length, seconds, workers: config.maxWorkers, skipped }
  }

  #secondsOf(file: TestSpecification): number | undefined {
    // One of which nothing ran, for a filter say, was not timed.
    const duration = this.#vitest?.cache.getTestSpecificationResult(file)?.duration
    return duration ? duration / 1000 : undefined
  }
}

/** One group of projects runs after the other, each on all of its workers. */
function durationOf(plans: Planned[]): string {
  const seconds = plans.filter(({ skipped }) => !skipped).reduce((sum, plan) => sum + plan.seconds / plan.workers, 0)
  return seconds < 100 ? `${Math.ceil(seconds)} seconds` : `${Math.ceil(seconds / 60)} minutes`
}
