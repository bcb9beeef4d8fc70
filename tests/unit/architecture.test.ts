import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const RE_PLACE = /`([\w/-]+\.(?:ts|vue))(?::(\w+))?`/g

/** The hops of a section of docs/architecture.md, each with all its lines. */
async function hopsOf(heading: string): Promise<string[]> {
  const page = await readFile(join(ROOT, 'docs/architecture.md'), 'utf8')
  const section = page.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!
  return section.replaceAll(/\n {3,}/g, ' ').split('\n').filter(line => /^\d+\. /.test(line))
}

/** Where a hop leads: a file named without a folder lies beside the hop's first, or in `runners/`. */
function placesOf(hop: string): { file: string, name?: string }[] {
  let folder = ''
  return [...hop.matchAll(RE_PLACE)].map(([, path, name]) => {
    const file = ['', folder, 'runners'].map(from => join(from, path!)).find(own => existsSync(join(ROOT, own)))
    expect(file, `${path} in: ${hop}`).toBeDefined()
    folder ||= dirname(file!)
    return { file: file!, name }
  })
}

describe('the way of a step in docs/architecture.md', () => {
  it('leads over places that are there', async () => {
    for (const hop of [...await hopsOf('From the fence to the screen'), ...await hopsOf('The way of a recording')]) {
      const places = placesOf(hop)
      expect(places.length, hop).toBeGreaterThan(0)
      for (const { file, name } of places)
        expect(name ? await readFile(join(ROOT, file), 'utf8') : basename(file), `${file}:${name}`).toMatch(new RegExp(`\\b${name ?? basename(file)}\\b`))
    }
  })

  it('has 30 hops at most, and 3 turns back', async () => {
    const page = await readFile(join(ROOT, 'docs/architecture.md'), 'utf8')
    const section = page.split('## From the fence to the screen\n')[1]!.split('\n## ')[0]!
    expect((await hopsOf('From the fence to the screen')).length).toBeLessThanOrEqual(30)
    expect(section.split('\n').filter(line => line.startsWith('↑ ')).length).toBeLessThanOrEqual(3)
  })
})
