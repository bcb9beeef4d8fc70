import type { Deck } from '../../deck/deck.ts'
import type { Runner } from '../../protocol/runner.ts'
import type { RunnerName, Step } from '../../protocol/step.ts'
import type { Finding } from './finding.ts'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { toPlan } from '../../deck/plan/plan.ts'
import { imagesMadeByShell } from '../../deck/plan/shell-touch.ts'
import { engineOf } from '../../deck/plan/step-touch.ts'
import { findLacks } from '../session/engine-needs.ts'
import { fine } from './finding.ts'

const PROBE_TIMEOUT = 5000
/** A deck may bring a script that gets what its virtual machine is made of. */
export const MACHINE_SCRIPT = 'demo/vm/fetch.sh'

/** A name that a registry elsewhere may have: a registry on this machine holds what the talk itself pushed to it. */
const RE_FETCHED = /^(?!scratch$)(?!localhost[:/]|127\.)[a-z0-9][\w.:/@-]*$/

const ON_NODES = 'A pod waits until its node has pulled them, if it can. Beforehand: kind load docker-image, k3d image import or minikube image load.'

/** Which engines answer, by the runner's name. */
export type Versions = Map<RunnerName, string | undefined>

/**
 * Probes each runner; an engine that is away is a risk only for steps without a recording, which another check names.
 */
export async function checkEngines(runners: Iterable<Runner>): Promise<{ findings: Finding[], versions: Versions }> {
  const findings: Finding[] = []
  const versions: Versions = new Map()
  for (const runner of runners) {
    const probe = await runner.probe(AbortSignal.timeout(PROBE_TIMEOUT))
    versions.set(runner.name, probe.available ? probe.version : undefined)
    const id = `engine-${runner.name}`
    findings.push(probe.available
      ? fine(id, `${runner.name}: ${probe.version}`)
      : { id, ok: false, severity: 'warning', message: `${runner.name}: ${probe.reason}; its steps play their recordings`, fix: probe.hint || undefined })
  }
  return { findings, versions }
}

/** The images that the deck's steps need on an engine, without those that the deck itself makes. */
export function imagesOf(deck: Deck, engineOf: (step: Step) => RunnerName): Map<RunnerName, string[]> {
  const made = new Set(deck.steps.flatMap(step => step.tag ?? (step.runner === 'shell' ? imagesMadeByShell(step.code) : [])))
  const images = new Map<RunnerName, Set<string>>()
  const { steps } = toPlan(deck)
  for (const step of deck.steps) {
    const touched = steps.find(({ id }) => id === step.id)!
    const wanted = touched.images.filter(image => !made.has(image) && RE_FETCHED.test(image))
    const name = engineOf(step)
    images.set(name, new Set([...images.get(name) ?? [], ...wanted]))
  }
  return new Map([...images].map(([name, set]) => [name, [...set].sort()]))
}

/** Whether every engine that answers has its images; those of `failed` could not be had. */
export async function checkImages(
  runners: Iterable<Runner>,
  images: Map<RunnerName, string[]>,
  versions: Versions,
  failed: ReadonlySet<string>,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const runner of runners) {
    const wanted = images.get(runner.name) ?? []
    if (!versions.get(runner.name) || !wanted.length || !runner.lacks)
      continue
    const missing = await runner.lacks(wanted)
    const id = `images-${runner.name}`
    const mending: Pick<Finding, 'severity' | 'fix'> = runner.fetch ? { severity: 'risk', fix: missing.every(image => failed.has(image)) ? 'They could not be fetched: build them, or bring them with docker load.' : 'kamishibai doctor --fix gets them.' } : { severity: 'warning', fix: ON_NODES }
    findings.push(missing.length
      ? { id, ok: false, message: `${runner.name} lacks ${missing.join(', ')}`, ...mending }
      : fine(id, `${runner.name} has ${wanted.join(', ')}`))
  }
  return findings
}

/** Whether the engine of containers that the deck makes can make one, and a network for it. */
export async function checkTryOut(
  deck: Deck,
  runners: Iterable<Runner>,
  { images, versions }: { images: Map<RunnerName, string[]>, versions: Versions },
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const runner of runners) {
    const makes = deck.steps.some(step => engineOf(step) === runner.name && step.verb !== 'build')
    if (!makes || !versions.get(runner.name) || !runner.tryOut)
      continue
    const wanted = images.get(runner.name) ?? []
    const missing = await runner.lacks?.(wanted) ?? []
    const image = wanted.find(own => !missing.includes(own))
    const fault = await runner.tryOut(image)
    const id = `tried-${runner.name}`
    findings.push(fault
      ? { id, ok: false, severity: 'risk', message: `${runner.name} answers, but ${fault}`, fix: 'Restart the engine, and look at what it logs.' }
      : fine(id, `${runner.name} made a network${image ? ` and ran a container of ${image}` : ''}, and removed ${image ? 'both' : 'it'}`))
  }
  return findings
}

/**
 * Steps that require what is not here, one finding a requirement. A cluster cannot be asked without opening a session
 * in it.
 */
export async function checkRequirements(
  deck: Deck,
  runners: Iterable<Runner>,
  versions: Versions,
  fixed: boolean,
): Promise<Finding[]> {
  const asked = [...runners].filter(runner => versions.get(runner.name) && runner.name !== 'kubernetes')
  const lacks = await findLacks(deck.steps, asked, { silence: 'offered' })
  return [...new Set(deck.steps.flatMap(step => step.requires))].flatMap((requirement) => {
    const steps = deck.steps.filter(step => step.requires.includes(requirement)).map(step => step.id).join(', ')
    const lack = lacks.get(requirement)
    if (lack === undefined)
      return []
    const fetched = requirement === 'vm' && existsSync(join(deck.dir, MACHINE_SCRIPT))
    return [{ id: `requires-${requirement}`, ok: false, severity: 'warning' as const, message: `${lack}; ${steps} will play the recording`, ...fetched && { fix: fixed ? `What is missing could not be got: sh ${MACHINE_SCRIPT} says why.` : 'kamishibai doctor --fix gets what is missing.' } }]
  })
}
