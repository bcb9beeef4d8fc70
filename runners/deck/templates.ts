import type { MarkdownExit, Token } from 'markdown-exit'
import type { Problem } from '../protocol/problem.ts'
import type { CodeMistake } from './slide-code.ts'
import type { SlideText } from './slide-text.ts'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { compileScript, compileTemplate, parse } from 'vue/compiler-sfc'
import { loadDeck } from './load.ts'
import { createMarkdown, featuresOf } from './markdown.ts'
import { importMistake, styleMistake } from './slide-code.ts'
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
/** Code of a deck that changes its Markdown before Vue compiles it. */
const CHANGING = ['setup/transformers.ts', 'setup/preparser.ts']
/** These do with plugins or settings of Slidev's, which the one of Slidev's starter has not. */
const CONFIGS = ['vite.config.ts', 'vite.config.js', 'vite.config.mjs']
const RE_CHANGING = /\bslidev\s*:|\bplugins\b(?!\s*:\s*\[\s*\])|\bfrom\s*['"](?!vite['"])|\b(?:require|import)\s*\(/

/**
 * Finds the slides of a deck (an absolute path) that cannot be compiled, without running anything of the deck.
 * Where code of the deck may change its Markdown before, they are warnings.
 */
export async function templateProblems(file: string): Promise<Problem[]> {
  const dir = dirname(file)
  const { data } = await loadDeck(file)
  const features = featuresOf(data, dir)
  const addons = (data.headmatter as { addons?: unknown }).addons
  const changes = mayChange(dir) || (Array.isArray(addons) && addons.length > 1)
  const sources = [...new Set(data.slides.map(slide => slide.source))]
  const markdown = createMarkdown(features)
  const marking = createMarkdown(features)
  markLines(marking)
  return sources.flatMap((source) => {
    const text = readSlideText(source, dir, markdown)
    const problem = text.mistake ? undefined : slideProblem(text, marking, dir)
    return problem ? [{ ...problem, severity: changes ? 'warning' : 'error' }] : []
  })
}

function mayChange(dir: string): boolean {
  const there = (name: string): boolean => existsSync(join(dir, name))
  return CHANGING.some(there) || CONFIGS.filter(there).some(name => RE_CHANGING.test(readFileSync(join(dir, name), 'utf8')))
}

/** The first reason for which a slide cannot be compiled; others mostly follow from it. */
function slideProblem(slide: SlideText, markdown: MarkdownExit, dir: string): Problem | undefined {
  const { html, lines } = unmark(`${LAYOUT}${markdown.render(slide.text, {})}\n</InjectedLayout>`)
  const mistake = templateMistake(html) ?? scriptMistake(html)
    ?? styleMistake(html, dir) ?? importsMistake(html, slide, dir)
  if (!mistake)
    return undefined
  const { message, offset, hint } = mistake
  const before = lines.findLast(line => line.offset <= offset) ?? { offset: LAYOUT.length, line: 0 }
  const line = before.line + html.slice(before.offset, offset).split('\n').length - 1
  return {
    severity: 'error',
    file: slide.file,
    line: slide.start + line + 1,
    column: 1,
    code: 'bad-template',
    message: message.replace(/\.$/, ''),
    hint,
  }
}

/** The mistake of the template that stands first; those behind it mostly follow from it. */
function templateMistake(html: string): CodeMistake | undefined {
  const template = html.replaceAll(RE_SCRIPT, blank).replaceAll(RE_BLOCK, blank)
  // The compiler stumbles over some trees that its parser complains of.
  const { errors } = parse(`${OPENING}${template}</template>`, { filename: 'slide.vue', ignoreEmpty: false })
  const found = errors.length ? errors : compileTemplate({ source: template, filename: 'slide.vue', id: 'slide', compilerOptions: { prefixIdentifiers: true } }).errors
  return found.map((error) => {
    const at = typeof error === 'object' && 'loc' in error ? error.loc?.start.offset ?? 0 : 0
    return notCompiled(typeof error === 'string' ? error : error.message, Math.max(0, at - (errors.length ? OPENING.length : 0)))
  }).sort((a, b) => a.offset - b.offset)[0]
}

function scriptMistake(html: string): CodeMistake | undefined {
  const scripts = [...html.matchAll(RE_SCRIPT)]
  const [first] = scripts
  try {
    if (first)
      compileScript(parse(`<script setup ${first[1]} ${first[2]}>${scripts.map(match => match[3]).join('\n')}</script>`, { filename: 'slide.vue' }).descriptor, { id: 'slide' })
    return undefined
  }
  catch (error) {
    return notCompiled((error as Error).message.split('\n')[0]!, first!.index)
  }
}

function importsMistake(html: string, { file }: SlideText, dir: string): CodeMistake | undefined {
  for (const { 0: whole, 3: script = '', index } of html.matchAll(RE_SCRIPT)) {
    const mistake = importMistake(script, dirname(resolve(dir, file)), dir)
    if (mistake)
      return { ...mistake, offset: index + whole.indexOf('>') + 1 + mistake.offset }
  }
  return undefined
}

function notCompiled(message: string, offset: number): CodeMistake {
  return { message: `Vue cannot compile this slide: ${message}`, offset, hint: 'Close each tag, and write text with double braces as `code`.' }
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
