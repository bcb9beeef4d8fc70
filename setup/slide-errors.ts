import type { ResolvedSlidevOptions } from '@slidev/types'
import type { Plugin } from 'vite'
import type { Problem } from '../runners/protocol/problem.ts'
import { relative } from 'node:path'
import { escapeMustaches, mistakesTag } from './mistakes-tag.ts'

type Transform = (this: unknown, code: string, id: string, ...rest: unknown[]) => unknown

/** Makes a module from `code` that a plugin could not transform. */
type Rescue = (transform: (code: string) => unknown, id: string, error: unknown, code: string) => unknown

const RE_SLIDE = /__slidev_(\d+)\.md$/
/** The module of all titles, for the overview and tables of contents. */
const TITLES = '/@slidev/title-renderer.md'
const RE_TITLE = /(<template v-(?:else-)?if="no === \d+">)([\s\S]*?)(<\/template>\s*(?=<template v-else-if="no|<\/div>\s*<\/template>|<script|$))/g
const MARKDOWN = 'unplugin-vue-markdown'
const LAYOUT = 'slidev:layout-wrapper'
const VUE = 'vite:vue'

/**
 * Puts what is wrong with a slide on that slide alone. Slidev's own plugins throw: the dev server then covers every
 * slide, and an export or a build ends without a page.
 */
export function slideErrorsPlugin(options: ResolvedSlidevOptions): Plugin {
  const pageOf = (id: string, error: unknown): string => {
    const no = Number(RE_SLIDE.exec(id)![1])
    return `<template><div>${mistakesTag([problemOf(no, error, options)])}</div></template>\n<script setup>\n</script>\n`
  }
  return {
    name: 'kamishibai:slide-errors',
    configResolved({ plugins }) {
      const wrapInLayout = plugins.find(plugin => plugin.name === LAYOUT)
      // A magic-move without code, a snippet that is not there.
      rescue(plugins, MARKDOWN, (_, id, error) => {
        if (id === TITLES)
          throw error
        return pageOf(id, error)
      })
      // A tag that is not closed, an expression that is none. The page gets the layout that the failed one had.
      rescue(plugins, VUE, async (transform, id, error, code) => {
        if (id === TITLES)
          return transform(plainTitles(code))
        const page = pageOf(id, error)
        return transform(wrapInLayout ? await handlerOf(wrapInLayout)(page, id) as string : page)
      })
    },
  }
}

/** One title that Vue cannot compile would take all with it: they are text then, without their tags. */
function plainTitles(code: string): string {
  return code.replaceAll(RE_TITLE, (_, open: string, title: string, close: string) => `${open}${escapeMustaches(title.replaceAll(/<[^>]*>/g, ''))}${close}`)
}

/** Has `instead` make a slide's module where the plugin `name` throws. */
function rescue(plugins: readonly Plugin[], name: string, instead: Rescue): void {
  const plugin = plugins.find(p => p.name === name)
  if (!plugin?.transform)
    return
  const transform = handlerOf(plugin)
  const guarded: Transform = async function (code, id, ...rest) {
    try {
      return await transform.call(this, code, id, ...rest)
    }
    catch (error) {
      if (!RE_SLIDE.test(id) && id !== TITLES)
        throw error
      return await instead(page => transform.call(this, page, id, ...rest), id, error, code)
    }
  }
  if (typeof plugin.transform === 'function')
    plugin.transform = guarded as Plugin['transform']
  else
    (plugin.transform as { handler: Transform }).handler = guarded
}

function handlerOf({ transform }: Plugin): Transform {
  return (typeof transform === 'function' ? transform : transform!.handler) as Transform
}

function problemOf(no: number, error: unknown, { data, userRoot }: ResolvedSlidevOptions): Problem {
  const { filepath, start } = data.slides[no - 1]!.source
  const message = String((error as Error).message ?? error).replace(/^\[[^\]]*\]\s*/, '').split('\n')[0]!
  return { severity: 'error', file: relative(userRoot, filepath), line: start + 1, column: 1, code: 'broken-slide', message: `this slide cannot be shown: ${message}` }
}
