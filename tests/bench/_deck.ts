import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

/**
 * Writes a deck of its own into `dir`; `headmatter` is added to what keeps Slidev quiet and offline. Returns its file.
 */
export async function writeDeck(dir: string, slides: string, headmatter = ''): Promise<string> {
  await mkdir(dir, { recursive: true })
  const file = join(dir, 'deck.md')
  await writeFile(file, `---\ntheme: none\naddons: ['${ROOT}']\ntitle: Bench\nfavicon: ''\nmcp: false\nfonts: {provider: none}\n${headmatter}---\n\n${slides}\n`)
  return file
}
