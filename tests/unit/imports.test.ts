import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

/** Who may import whom among our own folders; a folder may always import itself. */
const ALLOWED: Record<string, string[]> = {
  'runners/protocol': [],
  'runners/deck': ['runners/protocol'],
  'runners/replay': ['runners/protocol'],
  'runners/shell': ['runners/protocol'],
  'runners/docker': ['runners/protocol'],
  'runners/http': ['runners/protocol'],
  'runners/kubernetes': ['runners/protocol'],
  'runners/service': ['runners/protocol', 'runners/deck', 'runners/replay'],
  'runners/cli': ['runners/protocol', 'runners/deck', 'runners/service'],
  'client': ['runners/protocol', 'runners/replay'],
  'components': ['runners/protocol', 'client'],
  'setup': ['runners/protocol', 'runners/deck', 'runners/service', 'client', 'components'],
}

/** The packages of each room, besides Node's own modules; an SDK stays in the one runner that speaks it. */
const PACKAGES: Record<string, string[]> = {
  'runners/protocol': ['zod'],
  'runners/deck': ['@slidev/parser', '@slidev/types', 'yaml', 'zod'],
  'runners/replay': [],
  'runners/shell': ['@lydell/node-pty'],
  'runners/docker': ['dockerode', 'tar-stream'],
  'runners/http': [],
  'runners/kubernetes': ['@kubernetes/client-node', 'ws', 'yaml'],
  'runners/service': ['ws', 'zod'],
  'runners/cli': ['@clack/prompts', '@slidev/cli', '@slidev/types', 'consola', 'uqr', 'yaml', 'yargs'],
  'client': ['vue', '@slidev/client', '@vueuse/core', '@xterm/xterm', 'uqr', 'virtual:kamishibai'],
  'components': ['vue', 'virtual:kamishibai'],
  'setup': ['vue', 'vite', 'virtual:kamishibai', '@slidev/client', '@slidev/types', '@fontsource'],
}
/** Files that may use more than their room. */
const MORE: Record<string, string[]> = {
  'runners/protocol/screen.ts': ['@xterm/headless', '@xterm/addon-serialize'],
  'runners/protocol/xterm-headless.d.ts': ['@xterm/headless'],
  'runners/typescript.mjs': ['jiti'],
  'runners/cli/export/notes.ts': ['markdown-exit', 'pdf-lib'],
  'runners/cli/export/pdf-links.ts': ['pdf-lib'],
  'runners/cli/slidev/slidev.ts': ['playwright-chromium'],
}

function roomOf(path: string): string {
  const [first, second] = path.split('/')
  return first === 'runners' && !second!.includes('.') ? `${first}/${second}` : first!
}

function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  return [...source.matchAll(/(?<![-'])\b(?:from|import|import\(|typeof import\()\s*'([^']+)'/g)].map(([, specifier]) => specifier!)
}

const files = [...Object.keys(ALLOWED).flatMap(room => globSync(`${room}/**/*.{ts,vue,mjs}`, { cwd: ROOT })), 'runners/typescript.mjs']

it('finds the sources', () => {
  expect(files.length).toBeGreaterThan(40)
})

it('keeps every folder to what it may import', () => {
  const wrong = files.flatMap(file => importsOf(file).filter(specifier => specifier.startsWith('.')).flatMap((specifier) => {
    const target = relative(ROOT, resolve(ROOT, dirname(file), specifier))
    const [from, to] = [roomOf(file), roomOf(target)]
    // The one registry knows the runners.
    const registry = file === 'runners/service/session/registry.ts'
    // A cluster is made by a command, outside of any session.
    const cluster = from === 'runners/cli' && target.startsWith('runners/kubernetes/cluster/')
    // What loads our own TypeScript.
    const loader = target === 'runners/typescript.mjs'
    return from === to || loader || ALLOWED[from]!.includes(to) || registry || cluster ? [] : [`${file} → ${target}`]
  }))
  expect(wrong).toEqual([])
})

it('keeps the protocol and the replay free of Node', () => {
  const wrong = files.filter(file => /^(?:runners\/(?:protocol|replay)|client|components)\//.test(file))
    .flatMap(file => importsOf(file).filter(specifier => specifier.startsWith('node:')).map(specifier => `${file} → ${specifier}`))
  expect(wrong).toEqual([])
})

it('keeps every folder to its packages', () => {
  const wrong = files.flatMap(file => importsOf(file).filter(specifier => !/^(?:\.|node:)/.test(specifier)).flatMap((specifier) => {
    const allowed = [...PACKAGES[roomOf(file)] ?? [], ...MORE[file] ?? []]
    return allowed.some(name => specifier === name || specifier.startsWith(`${name}/`)) ? [] : [`${file} → ${specifier}`]
  }))
  expect(wrong).toEqual([])
})
