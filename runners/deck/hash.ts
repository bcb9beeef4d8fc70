import type { ContainerSpec } from '../protocol/container-spec.ts'
import type { Step } from '../protocol/step.ts'
import { createHash } from 'node:crypto'

/**
 * What makes a step do what it does, in the order in which it is hashed: code, options, files. Options that only say
 * when it is started and how its result is shown are not among them. An option that comes later goes to the end and
 * is undefined where a fence does not set it; so it makes no older recording stale.
 */
const COVERED = [
  ...['id', 'verb', 'runner', 'lang', 'code', 'visible', 'hidden', 'needs', 'requires', 'timeoutMs', 'until', 'expect'],
  ...['rows', 'cols', 'shell', 'in', 'pull', 'tag', 'context', 'reset', 'repeat', 'rate', 'by', 'remote'],
  ...['files', 'container', 'requests'],
  ...['keepGoing', 'enter', 'command'],
] as (keyof Step)[]
/** The same of a container; what its YAML says beyond these is covered by the code. */
const COVERED_OF_CONTAINER: (keyof ContainerSpec)[] = ['image', 'command', 'entrypoint', 'ports', 'environment', 'hostname', 'networks', 'volumes', 'cpus', 'memory', 'pids', 'healthcheck']

/** 16 hex digits over what makes a step do what it does; `contents` are its fence and the files it uses. */
export function hashOf(step: Step, contents: string[]): string {
  const essence = {
    ...pick(step, COVERED),
    ...(step.container && { container: pick(step.container, COVERED_OF_CONTAINER) }),
  }
  return createHash('sha256').update(JSON.stringify([essence, contents])).digest('hex').slice(0, 16)
}

function pick<T extends object>(from: T, keys: (keyof T)[]): Partial<T> {
  return Object.fromEntries(keys.flatMap(key => from[key] === undefined ? [] : [[key, from[key]]])) as Partial<T>
}
