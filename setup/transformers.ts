import type { TransformersSetupReturn } from '@slidev/types'
import { useDeck } from './deck.ts'

const RE_MUSTACHE = /\{\{/g

/** Text for a double-quoted attribute of a Vue template. */
function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replace(RE_MUSTACHE, '&lbrace;&lbrace;')
}

/** A step's fence becomes `<LiveStep>` around its highlighted code; a faulty one shows its errors in its place. */
export default (): Partial<TransformersSetupReturn> => ({
  codeblocks: [
    async ({ info, code, slide, options, renderHighlighted }) => {
      if (!slide || !info.includes('{'))
        return undefined
      const deck = await useDeck(options.entry).current()
      const fence = deck.slides.find(s => s.no === slide.index + 1)
        ?.fences.find(f => f.info === info && f.code.trimEnd() === code.trimEnd())
      if (!fence)
        return undefined
      const errors = fence.problems.filter(problem => problem.severity === 'error')
      if (errors.length || !fence.stepId)
        return `<LiveStep :problems="${escapeAttribute(JSON.stringify(errors))}" />`
      const step = deck.steps.find(s => s.id === fence.stepId)!
      const rest = info.slice(info.indexOf('}') + 1).trim()
      const html = await renderHighlighted({ info: `${step.lang} ${rest}`.trim(), code: `${step.visible}\n` })
      return `<LiveStep id="${step.id}">${html.replace(RE_MUSTACHE, '&lbrace;&lbrace;')}</LiveStep>`
    },
  ],
})
