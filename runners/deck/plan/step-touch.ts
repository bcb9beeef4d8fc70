import type { RunnerName, Step } from '../../protocol/step.ts'
import type { Touched } from './touched.ts'
import { parseAllDocuments, visit } from 'yaml'
import { isShell } from '../../protocol/program.ts'
import { engineCalledBy, touchedByShell, urlHosts } from './shell-touch.ts'
import { nothing, together } from './touched.ts'

/** What a step touches outside itself, as far as its fence tells. */
export function touchedBy(step: Step): Touched {
  return together([readCode(step), { ...nothing(), hosts: conditionHosts(step) }])
}

/** The engine that a step cannot do without: its runner's, or the one that a shell step calls. */
export function engineOf({ runner, lang, code }: Step): RunnerName {
  return runner === 'shell' && isShell(lang) ? engineCalledBy(code) ?? 'shell' : runner
}

function readCode(step: Step): Touched {
  switch (step.verb) {
    case 'run':
    case 'terminal':
      return isShell(step.lang) ? touchedByShell(step.code) : { ...nothing(), hosts: urlHosts(step.code) }
    case 'exec':
      // Inside a container other programs of the same names may stand; what it reaches is the same.
      return { ...nothing(), hosts: touchedByShell(step.code).hosts }
    case 'container':
      return readContainer(step)
    case 'build':
      return { ...nothing(), images: [...basesOf(step.code), step.tag ?? ''], mounts: step.context === undefined ? [] : [`${step.context}:ro`] }
    case 'apply':
      return readManifests(step.code)
    case 'request':
      return { ...nothing(), hosts: (step.requests ?? []).flatMap(({ url, via }) => via ? [via] : [new URL(url).host]) }
  }
}

function readContainer({ container }: Step): Touched {
  return {
    ...nothing(),
    images: container ? [container.image] : [],
    ports: container?.ports.map(({ hostIp, hostPort, containerPort }) => `${hostIp || '127.0.0.1'}:${hostPort}:${containerPort}`) ?? [],
    mounts: container?.volumes ?? [],
  }
}

/** The images that a Dockerfile begins with; a stage of its own and `scratch` are none. */
function basesOf(dockerfile: string): string[] {
  const stages = new Set(['scratch'])
  return [...dockerfile.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?/gim)].flatMap(([, image, stage]) => {
    const base = stages.has(image!.toLowerCase()) ? [] : [image!]
    stages.add((stage ?? '').toLowerCase())
    return base
  })
}

/** What manifests name: images, namespaces, ports of the nodes, and folders of the nodes. */
function readManifests(code: string): Touched {
  const touched = nothing()
  for (const document of parseAllDocuments(code)) {
    if (!('contents' in document))
      continue
    visit(document, {
      Pair(_, { key, value }) {
        const name = String(key)
        const scalar = value && typeof value === 'object' && 'value' in value ? String(value.value) : undefined
        if (name === 'image' && scalar)
          touched.images.push(scalar)
        else if (name === 'namespace' && scalar)
          touched.namespaces.push(scalar)
        else if ((name === 'hostPort' || name === 'nodePort') && scalar)
          touched.ports.push(`node:${scalar}`)
        else if (name === 'hostPath' && value && typeof value === 'object' && 'get' in value)
          touched.mounts.push(`node:${String((value as { get: (key: string) => unknown }).get('path'))}`)
      },
    })
  }
  return touched
}

function conditionHosts({ until, expect }: Step): string[] {
  return [...until, ...expect].flatMap(condition => condition.type === 'http' && URL.canParse(condition.url) ? [new URL(condition.url).host] : [])
}
