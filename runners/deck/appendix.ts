import type { Deck } from './deck.ts'

/** Code with more lines is set in type as small as it takes. */
const LONG = 11
/** Longer lines, in characters, go on in the next one. */
const WIDEST = { 'kb-beside': 84, 'kb-above': 146 }

/**
 * Slides for paper, as lines of Markdown: each `extra` step with its code and its recorded result, in the deck's order;
 * links lead to `kb-appendix-ID`.
 */
export function appendixOf(deck: Deck): string[] {
  const appendix = deck.lang.startsWith('ja') ? '付録' : 'Appendix'
  return deck.steps.filter(step => step.extra).flatMap(({ id, verb, title: name = id, lang, visible }, i) => {
    const title = `${appendix} ${i + 1}: ${name}`
    const mark = '`'.repeat(Math.max(3, ...[...visible.matchAll(/`+/g)].map(([run]) => run.length + 1)))
    const lines = visible.split('\n')
    const code = [mark + lang, ...lines, mark]
    const result = `<LiveOutput step="${id}" status />`
    // What is said of applied objects is short and wide; other results are as high as the code.
    const place = verb === 'apply' ? 'kb-above' : 'kb-beside'
    return ['', '---', `title: ${JSON.stringify(title)}`, 'class: kb-appendix', '---', '', `# <span id="kb-appendix-${id}">${title}</span>`, '', ...lines.length > LONG
      ? [`<div class="${place}" style="${extentOf(lines, WIDEST[place])}">`, '', ...code, '', result, '', '</div>']
      : [...code, '', result]]
  })
}

function extentOf(lines: string[], widest: number): string {
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / widest)), 0)
  return `--kb-lines: ${rows}; --kb-cols: ${Math.min(widest, Math.max(...lines.map(line => line.length)))}`
}
