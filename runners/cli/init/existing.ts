import type { Manifest } from '../slidev/package-json.ts'
import { dirname, join, resolve } from 'node:path'
import { findUp } from '../../deck/find-up.ts'
import { isCheckout, OWN_ROOT, readManifest } from '../slidev/package-json.ts'
import { lackingIn, neededOf } from './manifest.ts'
import { lackingWorkspace, usesPnpm, WORKSPACE } from './pnpm.ts'

/** What to do so that a deck that is there already runs steps: what to write where, and what to install. */
export async function adviceFor(deck: string, own: Manifest, bringsNode: boolean): Promise<string> {
  const manifest = findUp(resolve(dirname(deck)), 'package.json')
  const project = manifest ? dirname(manifest) : dirname(deck)
  const pnpm = usesPnpm(project)
  const addon = isCheckout ? `./${own.name}-${own.version}.tgz` : own.name!
  const needed = neededOf({ own, addon, bringsNode })
  const { devDependencies, overrides, allowScripts } = lackingIn(manifest ? readManifest(manifest)! : {}, needed)
  const words = Object.entries(devDependencies).map(([name, range]) => name === own.name ? addon : `"${name}@${range}"`)
  const settings = pnpm
    ? await lackingWorkspace(project, own.overrides!, bringsNode)
    : fieldsOf({ overrides, allowScripts })
  return [
    `There is ${deck} already: nothing was written. To run steps in it:`,
    '',
    'Add to its headmatter:',
    '',
    '  addons: [kamishibai]',
    '',
    ...settings ? [`Add to ${join(project, pnpm ? WORKSPACE : 'package.json')}, where alone it has an effect:`, '', ...settings.trimEnd().split('\n').map(line => `  ${line}`), ''] : [],
    ...words.length ? [`Then install, in ${project}:`, '', ...isCheckout && words.includes(addon) ? [`  npm pack --ignore-scripts ${OWN_ROOT}`] : [], `  ${pnpm ? 'pnpm add' : 'npm install'} -D ${words.join(' ')}`] : [`Then install: ${pnpm ? 'pnpm' : 'npm'} install`],
  ].join('\n')
}

/** What stands in a package.json, without fields that would be empty. */
function fieldsOf(fields: Record<string, object>): string {
  const written = Object.entries(fields).filter(([, values]) => Object.keys(values).length)
  return written.length ? JSON.stringify(Object.fromEntries(written), null, 2) : ''
}
