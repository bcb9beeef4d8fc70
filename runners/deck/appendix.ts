import type { Deck } from './deck.ts'

/** Code with more lines stands beside its result, in type as small as it takes. */
const LONG = 11
/** Longer lines, in characters, go on in the next one. */
const WIDEST = 84

/** Slides for paper, as lines of Markdown: each `extra` step with its code and its recorded result, in the deck's order; links lead to `kb-appendix-ID`. */
export function appendixOf(deck: Deck): string[] {
  const appendix = deck.lang.startsWith('ja') ? '付録' : 'Appendix'
  return deck.steps.filter(step => step.extra).flatMap(({ id, title: name = id, lang, visible }, i) => {
    const title = `${appendix} ${i + 1}: ${name}`
    const mark = '`'.repeat(Math.max(3, ...[...visible.matchAll(/`+/g)].map(([run]) => run.length + 1)))
    const lines = visible.split('\n')
    const code = [mark + lang, ...lines, mark]
    const result = `<LiveOutput step="${id}" status />`
    return ['', '---', `title: ${JSON.stringify(title)}`, 'class: kb-appendix', '---', '', `# <span id="kb-appendix-${id}">${title}</span>`, '', ...lines.length > LONG
      ? [`<div class="kb-beside" style="--kb-lines: ${rowsOf(lines)}; --kb-cols: ${Math.min(WIDEST, Math.max(...lines.map(line => line.length)))}">`, '', ...code, '', result, '', '</div>']
      : [...code, '', result]]
  })
}

function rowsOf(lines: string[]): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / WIDEST)), 0)
}
