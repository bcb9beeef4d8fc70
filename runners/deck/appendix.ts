import type { Deck } from './deck.ts'

/** Slides for paper, as lines of Markdown: each `extra` step with its code and its recorded result, in the deck's order; links lead to `kb-appendix-ID`. */
export function appendixOf(deck: Deck): string[] {
  const title = deck.lang.startsWith('ja') ? '付録' : 'Appendix'
  return deck.steps.filter(step => step.extra).flatMap(({ id, title: name = id, lang, visible }, i) => {
    const mark = '`'.repeat(Math.max(3, ...[...visible.matchAll(/`+/g)].map(([run]) => run.length + 1)))
    return ['', '---', `title: ${JSON.stringify(`${title} ${i + 1}: ${name}`)}`, '---', '', `# <span id="kb-appendix-${id}">${title} ${i + 1}: ${name}</span>`, '', mark + lang, ...visible.split('\n'), mark, '', `<LiveOutput step="${id}" status />`]
  })
}
