import type { MarkdownExit, Token } from 'markdown-exit'
import type { Problem } from '../protocol/problem.ts'
import type { SlideText } from './slide-text.ts'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compileScript, compileTemplate, parse } from 'vue/compiler-sfc'
import { loadDeck } from './load.ts'
import { createMarkdown, featuresOf } from './markdown.ts'
import { readSlideText } from './slide-text.ts'

/** Where in a template a line of the Markdown begins; from 0. */
interface Line { offset: number, line: number }

// A character that no deck has.
const MARK = '\uE0FF'
const RE_MARK = /\uE0FF(\d+)\uE0FF/g
const LAYOUT = '<InjectedLayout>\n'
const OPENING = '<template>'
const RE_SCRIPT = /<\s*script([^>]*)\bsetup\b([^>]*)>([\s\S]*)<\/script>/g
const RE_BLOCK = /<(route|i18n|style)[^>]*>[^<]*<\/\1>/g
/** Code of a deck that may change its Markdown before Vue compiles it. */
const CHANGING = ['setup/transformers.ts', 'setup/preparser.ts', 'vite.config.ts', 'vite.config.js', 'vite.config.mjs']

/**
 * Finds the slides of a deck (an absolute path) that Vue cannot compile, without running anything of the deck.
 * Where code of the deck may change its Markdown before, they are warnings.
 */
export async function templateProblems(file: string): Promise<Problem[]> {
  const dir = dirname(file)
  const { data } = await loadDeck(file)
  const features = featuresOf(data, dir)
  const addons = (data.headmatter as { addons?: unknown }).addons
  const changes = CHANGING.some(name => existsSync(join(dir, name))) || (Array.isArray(addons) && addons.length > 1)
  const sources = [...new Set(data.slides.map(slide => slide.source))]
  const markdown = createMarkdown(features)
  const marking = createMarkdown(features)
  markLines(marking)
  return sources.flatMap((source) => {
    const text = readSlideText(source, dir, markdown)
    const problem = text.mistake ? undefined : templateProblem(text, marking)
    return problem ? [{ ...problem, severity: changes ? 'warning' : 'error' }] : []
  })
}

/** The first reason for which Vue cannot compile a slide; others mostly follow from it. */
function templateProblem(slide: SlideText, markdown: MarkdownExit): Problem | undefined {
  const { html, lines } = unmark(`${LAYOUT}${markdown.render(slide.text, {})}\n</InjectedLayout>`)
  const scripts = [...html.matchAll(RE_SCRIPT)]
  const template = html.replaceAll(RE_SCRIPT, blank).replaceAll(RE_BLOCK, blank)
  const error = templateMistake(template)
  if (error)
    return problemAt(error.message, error.offset)
  const [script] = scripts
  const mistake = script && scriptMistake(`<script setup ${script[1]} ${script[2]}>${scripts.map(match => match[3]).join('\n')}</script>`)
  return mistake === undefined ? undefined : problemAt(mistake, script!.index)

  function problemAt(message: string, offset: number): Problem {
    const before = lines.findLast(line => line.offset <= offset) ?? { offset: LAYOUT.length, line: 0 }
    const line = before.line + html.slice(before.offset, offset).split('\n').length - 1
    return {
      severity: 'error',
      file: slide.file,
      line: slide.start + line + 1,
      column: 1,
      code: 'bad-template',
      message: `Vue cannot compile this slide: ${message.replace(/\.$/, '')}`,
      hint: 'Close each tag, and write text with double braces as `code`.',
    }
  }
}

/** The mistake that stands first; those behind it mostly follow from it. */
function templateMistake(template: string): { message: string, offset: number } | undefined {
  // The compiler stumbles over some trees that its parser complains of.
  const { errors } = parse(`${OPENING}${template}</template>`, { filename: 'slide.vue', ignoreEmpty: false })
  const found = errors.length ? errors : compileTemplate({ source: template, filename: 'slide.vue', id: 'slide', compilerOptions: { prefixIdentifiers: true } }).errors
  return found.map((error) => {
    const at = typeof error === 'object' && 'loc' in error ? error.loc?.start.offset ?? 0 : 0
    return { message: typeof error === 'string' ? error : error.message, offset: Math.max(0, at - (errors.length ? OPENING.length : 0)) }
  }).sort((a, b) => a.offset - b.offset)[0]
}

function scriptMistake(script: string): string | undefined {
  try {
    compileScript(parse(script, { filename: 'slide.vue' }).descriptor, { id: 'slide' })
    return undefined
  }
  catch (error) {
    return (error as Error).message.split('\n')[0]
  }
}

/** Has each block of text or HTML begin with the number of its line, and leaves out what is no template. */
function markLines(markdown: MarkdownExit): void {
  const { rules } = markdown.renderer
  const html = rules.html_block!
  const code = rules.code_inline!
  rules.fence = () => '<pre></pre>\n'
  rules.math_inline = () => ''
  rules.math_block = () => ''
  // A slot takes what follows it, to the next one.
  rules.slot_marker = (tokens, i) => `${tokens.slice(0, i).some(isSlot) ? '</template>' : ''}<template v-slot:${tokens[i]!.content}="slotProps">\n`
  rules.slot_end = () => '</template>'
  rules.line_mark = (tokens, i) => MARK + tokens[i]!.content + MARK
  rules.html_block = (...args) => `${MARK}${args[0][args[1]]!.map?.[0] ?? 0}${MARK}${html(...args) as string}`
  rules.code_inline = (...args) => (code(...args) as string).replace(/^<code/, '<code v-pre')
  markdown.core.ruler.push('line_marks', (state) => {
    for (const token of state.tokens) {
      if (token.type === 'inline' && token.map)
        token.children?.unshift(lineMark(new state.Token('line_mark', '', 0), token.map[0]))
    }
    if (state.tokens.some(isSlot))
      state.tokens.push(new state.Token('slot_end', '', 0))
  })
}

function isSlot({ type }: Token): boolean {
  return type === 'slot_marker'
}

function lineMark(token: Token, line: number): Token {
  token.content = String(line)
  return token
}

function unmark(marked: string): { html: string, lines: Line[] } {
  const lines: Line[] = []
  let taken = 0
  const html = marked.replaceAll(RE_MARK, (mark, line: string, index: number) => {
    lines.push({ offset: index - taken, line: Number(line) })
    taken += mark.length
    return ''
  })
  return { html, lines }
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}
