import type { Touched } from './touched.ts'
import { parsePort } from '../formats/container.ts'
import { nothing } from './touched.ts'

/** How a command of the CLI reads its words: the options that stand alone (all others take a value), and its images. */
interface Form { flags: string, short: string, images: number, registry?: boolean }

const GLOBAL = { flags: 'debug help tls tlsverify version', short: 'Dv' }
const RUN: Form = { flags: 'detach disable-content-trust help init interactive no-healthcheck oom-kill-disable privileged publish-all quiet read-only replace rm sig-proxy tty', short: 'ditPq', images: 1 }
const IMAGES: Form = { flags: 'all-tags disable-content-trust force help human no-prune no-trunc quiet', short: 'afHq', images: Infinity }
const FORMS = new Map<string, Form>([
  ['run', RUN],
  ['create', RUN],
  ['pull', { ...IMAGES, images: 1, registry: true }],
  ['push', { ...IMAGES, images: 1, registry: true }],
  ['build', { flags: 'compress disable-content-trust force-rm help no-cache pull quiet rm squash', short: 'q', images: 0 }],
  ['tag', { ...IMAGES, images: 2 }],
  ['rmi', IMAGES],
  ['save', IMAGES],
  ['history', { ...IMAGES, images: 1 }],
  ['image inspect', { flags: 'help', short: '', images: Infinity }],
])
/** `docker image rm` and the like. */
const OF_IMAGES = new Map([['rm', 'rmi'], ['inspect', 'image inspect']])

/** What a line of the `docker` command line touches, `words` being those after the program's name. */
export function readContainerLine(words: string[]): Touched {
  const touched = nothing()
  const { options, command, args } = commandOf(words)
  const form = FORMS.get(command)
  touched.hosts.push(...options.flatMap(([name, value]) => name === 'host' || name === 'H' ? hostOf(value) : []))
  if (!form)
    return touched
  const line = readOptions(args, form, form !== RUN)
  touched.images.push(...line.rest.filter(word => word !== '-').slice(0, form.images))
  for (const [name, value] of line.options)
    readOption(name, value, command, touched)
  if (form.registry)
    touched.hosts.push(...touched.images.map(registryOf))
  return touched
}

/** The names that a line of the `docker` command line gives to images: nothing that an engine needs to have before. */
export function namesGiven(words: string[]): string[] {
  const { command, args } = commandOf(words)
  const { options, rest } = readOptions(args, FORMS.get(command) ?? { flags: 'help pause', short: 'p' }, true)
  if (command === 'build')
    return options.flatMap(([name, value]) => name === 'tag' || name === 't' ? [value] : [])
  return ['tag', 'import', 'commit'].includes(command) ? rest.slice(1, 2) : []
}

/** The command that a line calls, `docker image rm` as `rmi`, and the words after it. */
function commandOf(words: string[]): { options: [name: string, value: string][], command: string, args: string[] } {
  const { options, rest: [first = '', second = '', ...others] } = readOptions(words, GLOBAL)
  if (!['container', 'image', 'builder'].includes(first))
    return { options, command: first, args: [second, ...others] }
  return { options, command: first === 'image' ? OF_IMAGES.get(second) ?? second : second, args: others }
}

/** Whether a line runs a container that is gone when it ends. */
export function isThrowAway(words: string[]): boolean {
  const { command, args } = commandOf(words)
  return command === 'run' && readOptions(args, RUN).options.some(([name]) => name === 'rm')
}

function readOption(name: string, value: string, command: string, { images, ports, hosts, mounts }: Touched): void {
  if (name === 'publish-all' || name === 'P')
    ports.push('127.0.0.1::*')
  else if (name === 'publish' || name === 'p')
    ports.push(publishedAs(value))
  else if (name === 'volume' || name === 'v' || name === 'volumes-from')
    mounts.push(value)
  else if (name === 'mount')
    mounts.push(mountOf(value))
  else if (name === 'add-host')
    hosts.push(value)
  else if (command === 'build' && (name === 'tag' || name === 't'))
    images.push(value)
}

/**
 * The options at the beginning of `words`, each with its value, and the words after them; with `throughout`, options
 * may also stand between those.
 */
function readOptions(
  words: string[],
  { flags, short }: { flags: string, short: string },
  throughout = false,
): { options: [name: string, value: string][], rest: string[] } {
  const alone = new Set(flags.split(' '))
  const options: [string, string][] = []
  const rest: string[] = []
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [, long, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    if (long) {
      options.push([long, value ?? (alone.has(long) ? '' : (left.shift() ?? ''))])
    }
    else if (/^-\w/.test(word)) {
      // `-dp 8080:80` is `-d -p 8080:80`.
      const takes = [...word.slice(1)].findIndex(letter => !short.includes(letter))
      const letters = takes < 0 ? word.slice(1) : word.slice(1, takes + 1)
      options.push(...[...letters].map((letter): [string, string] => [letter, '']))
      if (takes >= 0)
        options.push([word[takes + 1]!, word.slice(takes + 2).replace(/^=/, '') || (left.shift() ?? '')])
    }
    else if (throughout && word !== '--') {
      rest.push(word)
    }
    else {
      rest.push(...(word === '--' ? left : [word, ...left]))
      break
    }
  }
  return { options, rest }
}

/** A published port as the guard binds it: on 127.0.0.1 where no address stands; as it was written where it is none. */
function publishedAs(text: string): string {
  try {
    const { hostIp, hostPort, containerPort } = parsePort(text)
    return `${hostIp || '127.0.0.1'}:${hostPort}:${containerPort}`
  }
  catch {
    return text
  }
}

/** `--mount type=bind,source=/a,target=/b,readonly` in the short form. */
function mountOf(text: string): string {
  const fields = Object.fromEntries(text.split(',').map(field => field.split('=', 2) as [string, string?]))
  const from = fields.source ?? fields.src ?? fields.type ?? ''
  const to = fields.target ?? fields.destination ?? fields.dst ?? ''
  return `${from}:${to}${'readonly' in fields || 'ro' in fields ? ':ro' : ''}`
}

/** Where an image's name says that it comes from; source: distribution/reference. */
function registryOf(image: string): string {
  const first = image.includes('/') ? image.slice(0, image.indexOf('/')) : ''
  return first === 'localhost' || /[.:$]/.test(first) ? first : 'docker.io'
}

function hostOf(url: string): string[] {
  return URL.canParse(url) ? [new URL(url).host || url] : [url]
}
