import type { Candidate, Part } from './parts.ts'
import { useNav } from '@slidev/client'
import { useEventListener } from '@vueuse/core'
import { watch } from 'vue'
import { useSession } from '../session/useSession.ts'
import { isTyping } from '../step/keys.ts'
import { useClient } from '../useClient.ts'
import { choosePart } from './parts.ts'

/** The key `z`: an output or a view fills its slide in all windows of the talk; `z` or Escape ends that. */
export function useEnlargeKey(): void {
  const { parts } = useClient()
  const { currentSlideNo } = useNav()
  const session = useSession(false)

  function candidateOf(part: Part, index: number): Candidate & { number: number } {
    const element = part.element()!
    const owner = element.closest('[data-kb-step]') ?? element
    return {
      number: index + 1,
      shown: element.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
      focused: owner.contains(document.activeElement),
      hovered: element.matches(':hover'),
      run: part.step ? session.value.runs.get(part.step)?.info.value.n : undefined,
    }
  }

  function onKey(event: KeyboardEvent): void {
    const { key, ctrlKey, altKey, metaKey, repeat, target } = event
    if (ctrlKey || altKey || metaKey || repeat || isTyping(target))
      return
    const slide = currentSlideNo.value
    const isOpen = session.value.enlarged.value?.slide === slide
    if (isOpen && (key === 'Escape' || key === 'z')) {
      // It closes nothing else.
      event.stopImmediatePropagation()
      return session.value.enlarge()
    }
    const chosen = key === 'z' && choosePart(parts.of(slide).map(candidateOf))
    if (chosen)
      session.value.enlarge({ slide, part: chosen.number })
  }
  useEventListener('keydown', onKey, { capture: true })

  // A service lets it go with its slide by itself.
  watch(currentSlideNo, () => session.value.status.value === 'local' && session.value.enlarge())
}
