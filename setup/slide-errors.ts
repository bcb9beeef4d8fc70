import type { ResolvedSlidevOptions } from '@slidev/types'
import type { Logger, Plugin } from 'vite'
import type { Problem } from '../runners/protocol/problem.ts'
import { relative } from 'node:path'
import process from 'node:process'
import { templateProblems } from '../runners/deck/templates.ts'
import { tellBroken } from '../runners/protocol/broken-slide.ts'
import { useDeck } from './deck.ts'
import { escapeMustaches, mistakesTag } from './mistakes-tag.ts'

/** What Vite gives to a plugin beside the code, as far as it is used here. */
interface Context {
  parse: (code: string) => { body: { type: string, source?: { value: string } | null }[] }
  resolve: (path: string, from: string, options: { skipSelf: boolean }) => Promise<object | null>
}

type Transform = (this: Context, code: string, id: string, ...rest: unknown[]) => unknown

/** A call of a plugin's transform. */
interface Call { context: Context, code: string, id: string, rest: unknown[] }

/** What stands between a plugin and the slides that it throws at. */
interface Rescue {
  /** Makes a module in place of the one that failed; `transform` is the plugin's own. */
  instead: (transform: (code: string) => unknown, call: Call, error: unknown) => unknown
  /** Throws where what the plugin made will fail in a plugin behind it. */
  check?: (call: Call, made: unknown) => Promise<void>
}

const RE_SLIDE = /__slidev_(\d+)\.md$/
const RE_SLIDE_STYLE = /__slidev_(\d+)\.md\?vue&type=style/
const RE_STYLE = /<style\b([^>]*)>([^<]*)<\/style>/g
/** Mistakes in a slide's Markdown at which Slidev throws. */
const FATAL = new Set(['no-file', 'empty-magic-move', 'bad-markdown'])
/** The module of all titles, for the overview and tables of contents. */
const TITLES = '/@slidev/title-renderer.md'
const RE_TITLE = /(<template v-(?:else-)?if="no === \d+">)([\s\S]*?)(<\/template>\s*(?=<template v-else-if="no|<\/div>\s*<\/template>|<script|$))/g
/** Imports that plugins add, and addresses of the web. */

const RE_OTHERS_IMPORT = /^\0|[?&]vue&|^(?:[a-z][a-z\d+.-]*:)?\/\/|^data:/
const MARKDOWN = 'unplugin-vue-markdown'
const LAYOUT = 'slidev:layout-wrapper'
const VUE = 'vite:vue'
const IMPORTS = 'slidev:slide-import-guard'
const CSS = 'vite:css'

/**
 * Puts what is wrong with a slide on that slide alone. Slidev's and Vite's plugins throw: the dev server then covers
 * every slide, and an export or a build ends without a page.
 */
export function slideErrorsPlugin(options: ResolvedSlidevOptions): Plugin {
  let logger: Logger
  async function told(id: string, error: unknown): Promise<Problem> {
    const problem = await problemOf(id, error, options)
    if (!tellBroken(problem, process))
      logger.warnOnce(`${problem.file}:${problem.line} ${problem.message}`, { timestamp: true })
    return problem
  }
  async function pageOf(id: string, error: unknown): Promise<string> {
    const problem = await told(id, error)
    return `<template><div>${mistakesTag([problem], 'slide')}</div></template>\n<script setup>\n</script>\n`
  }
  return {
    name: 'kamishibai:slide-errors',
    // What a browser would pass over does not end a build.
    config: () => ({
      css: { lightningcss: { errorRecovery: true } },
      build: { rolldownOptions: { shimMissingExports: true } },
    }),
    configResolved(config) {
      const { plugins } = config
      logger = config.logger
      const own = new Map([LAYOUT, VUE, CSS].map(name =>
        [name, handlerOf(plugins.find(plugin => plugin.name === name))]))
      /** The page of a failed slide has the layout that the slide had. */
      const inLayout = async ({ context, id }: Call, error: unknown): Promise<string> => {
        const page = await pageOf(id, error)
        return await own.get(LAYOUT)?.call(context, page, id) as string | undefined ?? page
      }
      // A magic-move without code, a snippet that is not there.
      rescue(plugins, MARKDOWN, RE_SLIDE, { instead: (_, { id }, error) => pageOf(id, error) })
      // A tag that is not closed, an expression that is none.
      rescue(plugins, VUE, RE_SLIDE, {
        instead: async (transform, call, error) => transform(await inLayout(call, error)),
        async check(call, made) {
          await checkStyles(call, own.get(CSS))
          await checkImports(call, made)
        },
      })
      rescue(plugins, VUE, new RegExp(`^${TITLES}$`), {
        instead: (transform, { code }) => transform(plainTitles(code)),
      })
      // A file that a deck may not reach.
      rescue(plugins, IMPORTS, RE_SLIDE, {
        instead: async (_, call, error) => {
          const { context, id, rest } = call
          return own.get(VUE)!.call(context, await inLayout(call, error), id, ...rest)
        },
      })
      // The slide itself stands already, without this style.
      for (const name of [VUE, CSS]) {
        rescue(plugins, name, RE_SLIDE_STYLE, {
          instead: async (_, { id }, error) => {
            await told(id, error)
            return { code: '', map: null }
          },
        })
      }
    },
  }
}

/** One title that Vue cannot compile would take all with it: they are text then, without their tags. */
function plainTitles(code: string): string {
  return code.replaceAll(RE_TITLE, (_, open: string, title: string, close: string) => `${open}${escapeMustaches(title.replaceAll(/<[^>]*>/g, ''))}${close}`)
}

/** Styles are modules of their own, which Vite compiles when the slide's cannot be changed any more. */
async function checkStyles({ context, code, id, rest }: Call, compile: Transform | undefined): Promise<void> {
  for (const [i, [, attributes = '', css = '']] of [...code.matchAll(RE_STYLE)].entries()) {
    const lang = /\blang=["']?(\w+)/.exec(attributes)?.[1] ?? 'css'
    await compile?.call(context, css, `${id}?vue&type=style&index=${i}&lang.${lang}`, ...rest)
  }
}

/** An import that leads nowhere ends a build when all slides are transformed. */
async function checkImports({ context, id }: Call, made: unknown): Promise<void> {
  const code = typeof made === 'string' ? made : (made as { code?: string } | undefined)?.code
  for (const { source } of code ? context.parse(code).body : []) {
    if (source && !RE_OTHERS_IMPORT.test(source.value) && !await context.resolve(source.value, id, { skipSelf: true }))
      throw new Error(`there is no ${source.value} to import`)
  }
}

/** Stands between the plugin `name` and the modules that `ids` names. */
function rescue(plugins: readonly Plugin[], name: string, ids: RegExp, { instead, check }: Rescue): void {
  const plugin = plugins.find(p => p.name === name)
  const transform = handlerOf(plugin)
  if (!plugin || !transform)
    return
  const guarded: Transform = async function (code, id, ...rest) {
    if (!ids.test(id))
      return transform.call(this, code, id, ...rest)
    const call = { context: this, code, id, rest }
    try {
      const made = await transform.call(this, code, id, ...rest)
      await check?.(call, made)
      return made
    }
    catch (error) {
      return await instead(page => transform.call(this, page, id, ...rest), call, error)
    }
  }
  if (typeof plugin.transform === 'function')
    plugin.transform = guarded as unknown as Plugin['transform']
  else
    (plugin.transform as unknown as { handler: Transform }).handler = guarded
}

function handlerOf(plugin: Plugin | undefined): Transform | undefined {
  const transform = plugin?.transform
  return (typeof transform === 'function' ? transform : transform?.handler) as unknown as Transform | undefined
}

/** What is wrong with a slide, as `check` has it, else where the slide begins. */
async function problemOf(
  id: string,
  error: unknown,
  { data, userRoot, entry }: ResolvedSlidevOptions,
): Promise<Problem> {
  const no = Number((RE_SLIDE.exec(id) ?? RE_SLIDE_STYLE.exec(id))![1])
  const { filepath, start, end } = data.slides[no - 1]!.source
  const file = relative(userRoot, filepath)
  const fatal = (await useDeck(entry).current()).problems.filter(({ code }) => FATAL.has(code))
  const known = [...fatal, ...await templateProblems(entry)]
    .find(problem => problem.file === file && problem.line > start && problem.line <= end + 1)
  const message = String((error as Error).message ?? error).replace(/^\[[^\]]*\]\s*/, '').split('\n')[0]!
  return known ?? { severity: 'error', file, line: start + 1, column: 1, code: 'broken-slide', message }
}
