import type { ContainerSpec } from '../../protocol/container-spec.ts'
import type { RequestSpec } from '../../protocol/request-spec.ts'
import type { Condition, Step } from '../../protocol/step.ts'
import { quoteIfNeeded } from '../../protocol/shell-quote.ts'

/** Files of a step by name; the one that ends in `.sh` runs it. */
export type ScriptFiles = Record<string, string>

/** A step as a plain script, with the files that only it uses; its name begins with its place among the steps. */
export function toScript(step: Step, place: number): ScriptFiles {
  const name = `${String(place).padStart(2, '0')}-${step.id}`
  const body = bodyOf(step, name)
  const about = `# Slide ${step.slide}: ${step.title ?? step.id}.${step.needs.length ? ` Run before: ${step.needs.join(', ')}.` : ''}`
  const shell = step.runner === 'shell' && step.verb !== 'terminal' ? step.lang : 'sh'
  return { [`${name}.sh`]: `${[`#!/usr/bin/env ${shell}`, about, 'here=$(cd "$(dirname "$0")" && pwd)', 'cd "$here/deck" || exit', ...body.lines].join('\n')}\n`, ...body.files }
}

function bodyOf(step: Step, name: string): { lines: string[], files?: ScriptFiles } {
  switch (step.verb) {
    case 'run': return { lines: runLines(step) }
    case 'terminal': return { lines: terminalLines(step) }
    case 'exec': return { lines: execLines(step) }
    case 'build': return { lines: buildLines(step, name), files: { [`${name}.Dockerfile`]: `${step.code.trimEnd()}\n` } }
    case 'container': return { lines: containerLines(step.id, step.container!) }
    case 'apply': return { lines: [`kubectl apply --server-side -f "$here/${name}.yaml"`, ...step.until.flatMap(waitLines)], files: { [`${name}.yaml`]: `${step.code.trimEnd()}\n` } }
    case 'request': return { lines: requestLines(step) }
  }
}

/**
 * Environment and working directory carry over to the next block of the same shell; what is in the environment is
 * nobody else's.
 */
function runLines({ code, shell, lang }: Step): string[] {
  const state = `"$here/.shell-${shell}-${lang}"`
  const kamishibai = /(?:^|[;&|(]\s*)kamishibai\s/m.test(code)
  return [
    `[ ! -f ${state} ] || . ${state}`,
    `trap '(umask 077; rm -f '${quoteIfNeeded(state)}'; { export -p; printf "cd \\"%s\\"\\n" "$PWD"; } >'${quoteIfNeeded(state)}')' EXIT`,
    ...kamishibai ? ['command -v kamishibai >/dev/null || { echo "This step needs the command kamishibai: npm i -g slidev-addon-kamishibai" >&2; exit 2; }'] : [],
    code.trimEnd(),
  ]
}

/** What is typed into a program cannot stand in a script: the reader types it. */
function terminalLines({ code }: Step): string[] {
  const [first = '', ...typed] = code.trimEnd().split('\n')
  return [...typed.length ? [`echo ${quoteIfNeeded('Type, once it is open:')}`, ...typed.map(line => `echo ${quoteIfNeeded(`  ${line}`)}`)] : [], first]
}

function execLines({ code, in: target = '', lang }: Step): string[] {
  const pod = /^pod\/(.+)$/.exec(target)?.[1]
  return [`${pod ? `kubectl exec -i ${quoteIfNeeded(pod)} --` : `docker exec -i ${quoteIfNeeded(target)}`} ${lang} <<'KAMISHIBAI'`, code.trimEnd(), 'KAMISHIBAI']
}

function buildLines({ tag, context }: Step, name: string): string[] {
  const image = tag ? ` -t ${quoteIfNeeded(tag)}` : ''
  return [context === undefined ? `docker build${image} - <"$here/${name}.Dockerfile"` : `docker build${image} -f "$here/${name}.Dockerfile" ${quoteIfNeeded(context)}`]
}

function containerLines(name: string, spec: ContainerSpec): string[] {
  const options = [
    '-d',
    `--name ${name}`,
    ...spec.hostname ? [`--hostname ${quoteIfNeeded(spec.hostname)}`] : [],
    ...spec.ports.map(({ hostIp, hostPort, containerPort, protocol }) => `-p ${hostIp || '127.0.0.1'}:${hostPort}:${containerPort}${protocol === 'udp' ? '/udp' : ''}`),
    ...Object.entries(spec.environment).map(([key, value]) => `-e ${quoteIfNeeded(`${key}=${value}`)}`),
    ...spec.volumes.map(volume => `-v ${quoteIfNeeded(volume.replace(/^\.\//, '$PWD/')).replace(/^'\$PWD/, '"$PWD"\'')}`),
    ...spec.cpus ? [`--cpus ${spec.cpus}`] : [],
    ...spec.memory ? [`--memory ${spec.memory}`] : [],
    ...spec.pids ? [`--pids-limit ${spec.pids}`] : [],
    ...spec.entrypoint ? [`--entrypoint ${quoteIfNeeded(spec.entrypoint[0] ?? '')}`] : [],
  ]
  const words = [spec.image, ...spec.entrypoint?.slice(1) ?? [], ...spec.command ?? []].map(quoteIfNeeded)
  return [
    `docker rm -f ${name} >/dev/null 2>&1`,
    // Containers reach one another by name, as those of a session do.
    'docker network inspect kamishibai-steps >/dev/null 2>&1 || docker network create kamishibai-steps >/dev/null',
    `docker run ${[...options, '--network kamishibai-steps', ...words].join(' ')}`,
  ]
}

/** Waiting for what can be waited for with kubectl alone. */
function waitLines(condition: Condition): string[] {
  switch (condition.type) {
    case 'pods': return [`until [ "$(kubectl get pods -l ${quoteIfNeeded(condition.selector)} -o name | wc -l)" = ${condition.total} ] && kubectl wait --for=condition=Ready pod -l ${quoteIfNeeded(condition.selector)} --timeout=5s; do sleep 1; done`]
    case 'rollout': return [`kubectl rollout status ${quoteIfNeeded(condition.object)}`]
    case 'condition': return [`kubectl wait --for=condition=${quoteIfNeeded(condition.name)} ${quoteIfNeeded(condition.object)}`]
    default: return []
  }
}

function requestLines({ requests = [], repeat, rate }: Step): string[] {
  const lines = requests.flatMap(request => requestLine(request))
  if (repeat <= 1)
    return lines
  return [`for i in $(seq ${repeat}); do`, ...lines.map(line => `  ${line}`), ...rate ? [`  sleep ${Math.round(1000 / rate) / 1000}`] : [], 'done']
}

function requestLine({ method, url, via, headers, body }: RequestSpec): string {
  const service = /^service\/([^:]+)/.exec(via ?? '')?.[1]
  const target = new URL(url)
  const words = ['-sS', '-i', ...method === 'GET' ? [] : ['-X', method], ...headers.flatMap(([key, value]) => ['-H', `${key}: ${value}`]), ...body ? ['--data-binary', body] : []].map(quoteIfNeeded).join(' ')
  // A service answers inside the cluster only, and chooses a pod for each connection: a pod of the deployment of its
  // name asks.
  if (service)
    return `kubectl exec deploy/${quoteIfNeeded(service)} -- wget -qO- ${quoteIfNeeded(`http://${service}${target.port ? `:${target.port}` : ''}${target.pathname}${target.search}`)}`
  const pod = /^pod\/([^:]+)/.exec(via ?? '')?.[1]
  return pod ? `kubectl exec ${quoteIfNeeded(pod)} -- wget -qO- ${quoteIfNeeded(`http://localhost:${target.port || 80}${target.pathname}`)}` : `curl ${words} ${quoteIfNeeded(url)}`
}
