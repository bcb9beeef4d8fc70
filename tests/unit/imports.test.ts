import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { BROUGHT_BY_OTHERS, CROSSINGS, NEEDED_WITHOUT_IMPORT, PACKAGES_OF_FILES, ROOMS } from './import-rules.ts'

const ROOT = resolve(import.meta.dirname, '../..')

type Field = 'dependencies' | 'devDependencies' | 'peerDependencies'
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<Field, Record<string, string>>

interface Import { file: string, specifier: string }

function sources(folder: string): string[] {
  return globSync(`${folder}/**/*.{ts,vue,mjs,css}`, { cwd: ROOT, exclude: path => /node_modules|tests\/fixtures/.test(path) })
}

function importedBy(script: string): string[] {
  return ts.preProcessFile(script, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** Everything that a file imports, with what it only resolves, as a font's folder. */
function importsOf(file: string): Import[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const found = file.endsWith('.css')
    ? [...source.matchAll(/@import\s+['"]([^'"]+)['"]/g)].map(([, specifier]) => specifier!)
    : [
        ...scriptsOf(file, source).flatMap(importedBy),
        ...[...source.matchAll(/\brequire\.resolve\('([^']+)'|\.resolve\('(@[^']+)'/g)].map(([, one, other]) => (one ?? other)!),
      ]
  return found.map(specifier => ({ file, specifier }))
}

function scriptsOf(file: string, source: string): string[] {
  return file.endsWith('.vue') ? [...source.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script!) : [source]
}

function roomOf(path: string): string {
  const [first, second] = path.split('/')
  return first === 'runners' && !second!.includes('.') ? `${first}/${second}` : first!
}

/** The package that a specifier leads into; undefined for our own files and Node's modules. */
function packageOf(specifier: string): string | undefined {
  if (/^[./#]/.test(specifier) || isBuiltin(specifier) || specifier.startsWith('virtual:'))
    return undefined
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

const show = ({ file, specifier }: Import): string => `${file} → ${specifier}`

const shipped = [...Object.keys(ROOMS).flatMap(sources), 'runners/typescript.mjs'].flatMap(importsOf)
const others = [...['tests', 'slides'].flatMap(sources), 'eslint.config.ts', 'vitest.config.ts'].flatMap(importsOf)

it('finds the sources', () => {
  expect(new Set(shipped.map(({ file }) => file)).size).toBeGreaterThan(200)
})

it('keeps every folder to what it may import', () => {
  const wrong = shipped.filter(({ specifier }) => specifier.startsWith('.')).filter(({ file, specifier }) => {
    const target = relative(ROOT, resolve(ROOT, dirname(file), specifier))
    const [from, to] = [roomOf(file), roomOf(target)]
    const crosses = CROSSINGS.some(crossing => file.startsWith(crossing.from) && target.startsWith(crossing.to))
    return from !== to && !crosses && !ROOMS[from]?.rooms.includes(to)
  })
  expect(wrong.map(show)).toEqual([])
})

it('keeps what runs in browsers free of Node', () => {
  const wrong = shipped.filter(({ file, specifier }) => ROOMS[roomOf(file)]?.browser && isBuiltin(specifier))
  expect(wrong.map(show)).toEqual([])
})

it('keeps every folder to its packages', () => {
  const wrong = shipped.filter(({ specifier }) => !specifier.startsWith('.') && !isBuiltin(specifier)).filter(({ file, specifier }) => {
    const allowed = [...ROOMS[roomOf(file)]?.packages ?? [], ...PACKAGES_OF_FILES[file] ?? []]
    return !allowed.some(name => specifier === name || specifier.startsWith(`${name}/`))
  })
  expect(wrong.map(show)).toEqual([])
})

it('declares every package that it imports', () => {
  const installed = { ...MANIFEST.dependencies, ...MANIFEST.peerDependencies, ...BROUGHT_BY_OTHERS }
  const undeclared = (imports: Import[], declared: object): Import[] => imports.filter(({ specifier }) => {
    const name = packageOf(specifier)
    return name && !(name in declared)
  })
  expect(undeclared(shipped, installed).map(show)).toEqual([])
  expect(undeclared(others, { ...installed, ...MANIFEST.devDependencies }).map(show)).toEqual([])
})

it('imports every package that it declares', () => {
  const named = (imports: Import[]): Set<string | undefined> =>
    new Set(imports.map(({ specifier }) => packageOf(specifier)))
  const [ours, all] = [named(shipped), named([...shipped, ...others])]
  // The types of a package come with it.
  const isUsed = (name: string): boolean => all.has(name.replace(/^@types\//, '')) || name === '@types/node'
  const { dependencies, peerDependencies, devDependencies } = MANIFEST
  const unused = Object.keys({ ...dependencies, ...peerDependencies }).filter(name => !ours.has(name))
  const unusedHere = Object.keys(devDependencies).filter(name => !isUsed(name) && !(name in NEEDED_WITHOUT_IMPORT))
  expect([unused, unusedHere]).toEqual([[], []])
})

it('excepts nothing in vain', () => {
  const imported = new Set([...shipped, ...others].map(({ specifier }) => packageOf(specifier)))
  expect(Object.keys(BROUGHT_BY_OTHERS).filter(name => !imported.has(name))).toEqual([])
  expect(Object.keys(NEEDED_WITHOUT_IMPORT).filter(name => imported.has(name))).toEqual([])
  expect(Object.keys(PACKAGES_OF_FILES).filter(file => !shipped.some(each => each.file === file))).toEqual([])
})
