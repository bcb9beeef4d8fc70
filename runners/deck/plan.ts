import type { Step } from '../protocol/step.ts'
import type { Deck } from './deck.ts'

/** What a deck can do; the shape is the contract of `plan --json`. */
export interface Plan {
  deck: string
  hash: string
  grants: string[]
  files: string[]
  steps: {
    id: string
    slide: number
    file: string
    line: number
    verb: string
    runner: string
    code: string
    hidden: string[]
    extra: boolean
    images: string[]
    namespaces: string[]
    ports: string[]
    hosts: string[]
    mounts: string[]
    needs: string[]
    timeoutMs: number
  }[]
}

/** Every step with what it touches. */
export function toPlan(deck: Deck): Plan {
  return {
    deck: deck.name,
    hash: deck.hash,
    grants: deck.settings.grants,
    files: [...new Set(deck.steps.flatMap(step => [step.file, ...step.files]))].sort(),
    steps: deck.steps.map(step => ({
      id: step.id,
      slide: step.slide,
      file: step.file,
      line: step.line,
      verb: step.verb,
      runner: step.runner,
      code: step.code,
      hidden: step.hidden,
      extra: step.extra,
      images: step.container ? [step.container.image] : [...step.code.matchAll(/\b[\w./-]+\/[\w.-]+:[\w.-]+\b/g)].map(([image]) => image).filter((image, i, all) => all.indexOf(image) === i),
      namespaces: [],
      ports: step.container?.ports.map(({ hostIp, hostPort, containerPort }) => `${hostIp || '127.0.0.1'}:${hostPort}:${containerPort}`) ?? [],
      hosts: hostsOf(step),
      mounts: step.container?.volumes ?? [],
      needs: step.needs,
      timeoutMs: step.timeoutMs,
    })),
  }
}

function hostsOf(step: Step): string[] {
  const conditions = [...step.until, ...step.expect].flatMap(condition => condition.type === 'http' ? [condition.url] : [])
  const named = step.requests?.map(({ url, via }) => via ?? url) ?? step.code.match(/https?:\/\/[^\s"'\\]+/g) ?? []
  return [...new Set([...conditions, ...named].flatMap((target) => {
    if (/^(?:pod|service)\//.test(target))
      return [target]
    return URL.canParse(target) ? [new URL(target).host] : []
  }))]
}

// eslint-disable-next-line no-control-regex
const RE_DECEIVING = /[\0-\x08\v-\x1F\x7F-\x9F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g

/** The plan for people; control and bidi characters, which could hide what a line does, as escapes. */
export function formatPlan({ deck, grants, steps }: Plan): string {
  const escape = (text: string): string => text.replace(RE_DECEIVING, c => `\\u{${c.codePointAt(0)!.toString(16)}}`)
  const parts = steps.map(({ id, slide, file, line, verb, runner, code, hidden, images, ports, hosts, needs, extra }) => [
    `${id}  slide ${slide}  {${verb}} on ${runner}${extra ? '  extra' : ''}  ${file}:${line}`,
    ...needs.length ? [`  needs   ${needs.join(', ')}`] : [],
    ...images.length ? [`  images  ${images.join(', ')}`] : [],
    ...ports.length ? [`  ports   ${ports.join(', ')}`] : [],
    ...hosts.length ? [`  hosts   ${hosts.join(', ')}`] : [],
    ...code.split('\n').map(l => `  ${hidden.includes(l) ? 'hidden' : '      '} | ${escape(l)}`),
  ].join('\n'))
  return `${[`${deck}: ${steps.length} steps`, ...grants.map(grant => `grant  ${escape(grant)}`), ...parts].join('\n\n')}\n`
}
