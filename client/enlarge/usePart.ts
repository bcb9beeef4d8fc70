import type { Part } from './parts.ts'
import { useSlideContext } from '@slidev/client'
import { onScopeDispose, watch, watchPostEffect } from 'vue'
import { useSession } from '../session/useSession.ts'
import { useClient } from '../useClient.ts'
import { useStage } from '../useStage.ts'

/** Lets an element fill its slide where the talk has it so; `changes` tells when it may be another one. */
export function usePart(element: () => HTMLElement | null | undefined, step?: string, changes?: () => unknown): void {
  const { parts } = useClient()
  const { main, printing } = useStage()
  const { $page } = useSlideContext()
  const session = useSession(printing)
  if (printing)
    return
  const part: Part = {
    get slide() {
      return $page.value
    },
    step,
    element,
  }
  let remove: (() => void) | undefined
  watch(main, (here) => {
    remove?.()
    remove = here ? parts.add(part) : undefined
  }, { immediate: true })
  onScopeDispose(() => remove?.())
  watchPostEffect(() => {
    void changes?.()
    const enlarged = session.value.enlarged.value
    const isMeant = enlarged?.slide === part.slide && parts.of(part.slide)[enlarged.part - 1] === part
    element()?.toggleAttribute('data-kb-enlarged', isMeant && main.value)
  })
}
