import type { Plugin } from 'vite'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { resolveOptions, ViteSlidevPlugin } from '@slidev/cli'

/** The slides of a deck as modules, as a build of Slidev's has them; by their number, from 1. */
export type CompiledSlides = Map<number, string>

const ROOT = resolve(import.meta.dirname, '..')
const ENTRY = 'virtual:slides'
const RE_SLIDE = /__slidev_(\d+)\.md$/

/** Compiles the slides of the deck `entry` (an absolute path) with all plugins of a build, and nothing but them. */
export async function compileSlides(entry: string): Promise<CompiledSlides> {
  const options = await resolveOptions({ entry }, 'build')
  const slides: CompiledSlides = new Map()
  // Slidev's own: it has its plugins made for this one.
  const vite = await import(pathToFileURL(createRequire(import.meta.resolve('@slidev/cli')).resolve('vite')).href) as typeof import('vite')
  await vite.build({
    configFile: false,
    root: dirname(entry),
    logLevel: 'silent',
    plugins: [onlySlides(options.data.slides.length), ...await ViteSlidevPlugin(options), takeSlides(slides)],
    build: { write: false, minify: false, rolldownOptions: { input: ENTRY, treeshake: false } },
  })
  return slides
}

/** Leaves out all that slides import, but what is the deck's own. */
function onlySlides(count: number): Plugin {
  return {
    name: 'tests:only-slides',
    enforce: 'pre',
    async resolveId(id, importer, { isEntry }) {
      if (isEntry || id.includes('__slidev_') || /^\/@slidev\/slides\/\d+\/md$/.test(id))
        return isEntry ? `\0${ENTRY}` : null
      const resolved = await this.resolve(id, importer, { skipSelf: true })
      const isDecks = resolved && isAbsolute(resolved.id) && !resolved.id.startsWith('/@') && !resolved.id.startsWith(ROOT)
      return isDecks ? null : resolved && { id: resolved.id, external: true }
    },
    load(id) {
      return id === `\0${ENTRY}` ? Array.from({ length: count }, (_, i) => `import('/@slidev/slides/${i + 1}/md')`).join('\n') : undefined
    },
  }
}

function takeSlides(slides: CompiledSlides): Plugin {
  return {
    name: 'tests:take-slides',
    enforce: 'post',
    transform(code, id) {
      const no = RE_SLIDE.exec(id)?.[1]
      if (no)
        slides.set(Number(no), code)
    },
  }
}
