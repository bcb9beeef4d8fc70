import type { Manifest } from '../slidev/package-json.ts'
import { basename, resolve } from 'node:path'

/** The fields of a package.json that a project with steps needs something in. */
export type Needed = Required<Pick<Manifest, 'scripts' | 'devDependencies' | 'overrides' | 'allowScripts'>>

const PRINTER = 'playwright-chromium'

/** What a project needs to run steps; `addon` is where it gets this package from, and `own` its manifest. */
export function neededOf({ own, addon, bringsNode }: { own: Manifest, addon: string, bringsNode: boolean }): Needed {
  const optional = Object.keys(own.peerDependenciesMeta ?? {})
  const peers = Object.entries(own.peerDependencies ?? {}).filter(([name]) => !optional.includes(name))
  // With the printer Slidev prints; it brings no browser of its own.
  const brought = [PRINTER, ...bringsNode ? ['node'] : []].map(name => [name, own.devDependencies![name]!])
  return {
    scripts: { start: 'kamishibai present slides.md' },
    devDependencies: Object.fromEntries([...peers, [own.name!, addon], ...brought]) as Record<string, string>,
    // An addon's own overrides have no effect: the project carries them itself.
    overrides: own.overrides!,
    // It is fetched by a script, which a newer npm runs only if it is named.
    allowScripts: bringsNode ? { node: true } : {},
  }
}

/** What of it a manifest lacks: a package may stand among its dependencies of any kind. */
export function lackingIn(there: Manifest, needed: Needed): Needed {
  const installed = installedBy(there)
  return {
    scripts: without(needed.scripts, there.scripts),
    devDependencies: without(needed.devDependencies, installed),
    overrides: without(needed.overrides, there.overrides),
    allowScripts: without(needed.allowScripts, there.allowScripts),
  }
}

/** A manifest with what it lacked; what stands in it stays. */
export function withLacking(there: Manifest, lacking: Needed): Manifest {
  const fields = Object.entries(lacking).filter(([, values]) => Object.keys(values).length)
  const filled = fields.map(([field, values]) => [field, { ...values, ...there[field as keyof Needed] }])
  return { ...there, ...Object.fromEntries(filled) }
}

/** It in a few words: `scripts start; devDependencies vue`. */
export function formatLacking(lacking: Needed): string {
  return Object.entries(lacking).flatMap(([field, values]) => Object.keys(values).length ? [`${field} ${Object.keys(values).join(', ')}`] : []).join('; ')
}

/** Versions of ours' peers that a manifest names itself, where they are others. */
export function keptPeers(there: Manifest, own: Manifest): string[] {
  const installed = installedBy(there)
  return Object.entries(own.peerDependencies ?? {}).flatMap(([name, range]) => installed[name] && installed[name] !== range ? [`${name} ${installed[name]} (the addon needs ${range})`] : [])
}

/** The manifest of a folder that has none. */
export function nameless(dir: string): Manifest {
  return { name: basename(resolve(dir)).toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-').replace(/^-+/, '') || 'talk', private: true, type: 'module' }
}

function installedBy({ dependencies, optionalDependencies, devDependencies }: Manifest): Record<string, string> {
  return { ...dependencies, ...optionalDependencies, ...devDependencies }
}

function without<T>(wanted: Record<string, T>, there: object = {}): Record<string, T> {
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !Object.hasOwn(there, name)))
}
