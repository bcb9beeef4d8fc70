import type { TransformersSetupReturn } from '@slidev/types'
import type { Fence } from '../runners/deck/deck.ts'
import type { Step } from '../runners/protocol/step.ts'
import { parseInfo } from '../runners/deck/info.ts'
import { idOf } from '../runners/deck/step.ts'
import { deckOfSteps, useDeck } from './deck.ts'

const RE_MUSTACHE = /\{\{/g

/** Text for a double-quoted attribute of a Vue template. */
function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replace(RE_MUSTACHE, '&lbrace;&lbrace;')
}

/** What stands after our brace: Slidev's own options. */
function restOf(info: string): string {
  return info.slice(info.indexOf('}') + 1).trim()
}

/**
 * What a fence on disk stands for: a step, or the mistakes in it. While the deck is presented that is the step of
 * the start by its id, so that the audience sees what runs, and undefined for what came or broke since.
 */
async function resolve(entry: string, fence: Fence): Promise<Step | Fence['problems'] | undefined> {
  const [now, running] = await Promise.all([useDeck(entry).current(), deckOfSteps(entry)])
  const errors = fence.problems.filter(problem => problem.severity === 'error')
  const info = parseInfo(fence.info)
  const id = fence.stepId ?? (info && idOf(info)?.value)
  const step = running.steps.find(s => s.id === id)
  if (running === now)
    return errors.length || !step ? errors : step
  const known = running.slides.flatMap(slide => slide.fences).some(f => f.info === fence.info && f.code === fence.code)
  return errors.length && known ? errors : step
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
      const found = await resolve(options.entry, fence)
      if (Array.isArray(found))
        return `<LiveStep :problems="${escapeAttribute(JSON.stringify(found))}" />`
      const lang = found?.lang ?? info.slice(0, info.indexOf('{')).trim()
      const html = (await renderHighlighted({ info: `${lang} ${restOf(info)}`.trim(), code: `${found?.visible ?? code.trimEnd()}\n` })).replace(RE_MUSTACHE, '&lbrace;&lbrace;')
      return found ? `<LiveStep id="${found.id}">${html}</LiveStep>` : html
    },
  ],
})
