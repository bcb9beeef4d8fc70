import type { Call } from './programs.ts'
import type { Touched } from './touched.ts'
import { isThrowAway, namesGiven, readContainerLine } from './container-line.ts'
import { programsOf } from './programs.ts'
import { nothing, together } from './touched.ts'

const CONTAINER_PROGRAMS = new Set(['docker', 'podman', 'nerdctl'])
/** Programs that are nothing without their engine. */
const ENGINES = new Map<string, 'docker' | 'kubernetes'>([
  ['docker', 'docker'],
  ['kubectl', 'kubernetes'],
  ['helm', 'kubernetes'],
])
const RE_URL = /\b(?:https?|wss?|tcp|ssh):\/\/[^\s"'\\<>]+/g
const RE_HOST = /^(?:[\w-]+(?:\.[\w-]+)+|localhost|[\w.-]+(?=:\d))(?::\d+)?(?=[/?]|$)/
/** Programs that speak to the hosts which their words name, with their options that take a value. */
const CLIENTS = new Map([
  ['curl', /^-[A-Za-z]*[oHdXuAebcFTmwKxEr]$|^--(?!(?:silent|show-error|fail|location|insecure|verbose|head|include|get)$)[a-z-]+$/],
  ['wget', /^-[A-Za-z]*[OoTtUPe]$/],
])

/** What a shell script touches: the words of its `docker`, `kubectl` and client lines, and the URLs in it. */
export function touchedByShell(script: string): Touched {
  const touched = together([{ ...nothing(), hosts: urlHosts(script) }, ...programsOf(script).map(readLine)])
  // What the shell has yet to fill in is no name.
  return { ...touched, images: touched.images.filter(image => !/[$`]/.test(image)) }
}

/** The hosts of the URLs in a text. */
export function urlHosts(text: string): string[] {
  return (text.match(RE_URL) ?? []).flatMap(url => URL.canParse(url) ? [new URL(url).host] : [])
}

/** Whether the script runs a container that is gone when it ends: its end is no surprise to a reader. */
export function hasThrowAway(script: string): boolean {
  return programsOf(script).some(({ program, args }) => CONTAINER_PROGRAMS.has(program) && isThrowAway(args))
}

/** The engine that the script speaks to through its command line. */
export function engineCalledBy(script: string): 'docker' | 'kubernetes' | undefined {
  const engines = programsOf(script).map(({ program }) => ENGINES.get(program))
  return engines.includes('docker') ? 'docker' : engines.find(Boolean)
}

/** The images that the script itself makes or names. */
export function imagesMadeByShell(script: string): string[] {
  return programsOf(script).flatMap(({ program, args }) => CONTAINER_PROGRAMS.has(program) ? namesGiven(args) : [])
}

function readLine({ program, args }: Call): Touched {
  if (CONTAINER_PROGRAMS.has(program))
    return readContainerLine(args)
  if (program === 'kubectl')
    return readKubectl(args)
  return { ...nothing(), hosts: hostsOf(program, args) }
}

/** The namespaces and images that a `kubectl` line names. */
function readKubectl(args: string[]): Touched {
  const valuesOf = (...names: string[]): string[] => args.flatMap((word, i) => {
    const inline = names.find(name => word.startsWith(`${name}=`))
    return inline ? word.slice(inline.length + 1) : names.includes(word) ? args[i + 1] ?? [] : []
  })
  const set = args[0] === 'set' && args[1] === 'image' ? args.slice(3).flatMap(word => /^[^-=][^=]*=(.+)$/.exec(word)?.[1] ?? []) : []
  return { ...nothing(), namespaces: valuesOf('-n', '--namespace'), images: [...valuesOf('--image'), ...set] }
}

/** Hosts without a scheme in the words of a client. */
function hostsOf(program: string, args: string[]): string[] {
  const valued = CLIENTS.get(program)
  return valued ? args.flatMap((word, i) => word.startsWith('-') || valued.test(args[i - 1] ?? '') ? [] : RE_HOST.exec(word)?.[0] ?? []) : []
}
