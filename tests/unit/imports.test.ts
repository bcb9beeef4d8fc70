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
  'runners/service': ['runners/protocol', 'runners/deck', 'runners/replay'],
  'runners/cli': ['runners/protocol', 'runners/deck', 'runners/service'],
  'components': ['runners/protocol', 'runners/replay'],
  'setup': ['runners/protocol', 'runners/deck', 'runners/service', 'components'],
}

function roomOf(path: string): string {
  const [first, second] = path.split('/')
  return first === 'runners' ? `${first}/${second}` : first!
}

function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  return [...source.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, specifier]) => specifier!)
}

const files = Object.keys(ALLOWED).flatMap(room => globSync(`${room}/**/*.{ts,vue}`, { cwd: ROOT }))

it('finds the sources', () => {
  expect(files.length).toBeGreaterThan(40)
})

it('keeps every folder to what it may import', () => {
  const wrong = files.flatMap(file => importsOf(file).filter(specifier => specifier.startsWith('.')).flatMap((specifier) => {
    const target = relative(ROOT, resolve(ROOT, dirname(file), specifier))
    const [from, to] = [roomOf(file), roomOf(target)]
    // The one registry knows the runners.
    const registry = file === 'runners/service/registry.ts'
    return from === to || ALLOWED[from]!.includes(to) || registry ? [] : [`${file} → ${target}`]
  }))
  expect(wrong).toEqual([])
})

it('keeps the protocol and the replay free of Node', () => {
  const wrong = files.filter(file => /^(?:runners\/(?:protocol|replay)|components)\//.test(file))
    .flatMap(file => importsOf(file).filter(specifier => specifier.startsWith('node:')).map(specifier => `${file} → ${specifier}`))
  expect(wrong).toEqual([])
})
