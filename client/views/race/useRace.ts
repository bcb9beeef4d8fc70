import type { ComputedRef } from 'vue'
import { useIsSlideActive } from '@slidev/client'
import { computed, onScopeDispose } from 'vue'
import { isUnderWay } from '../../../runners/protocol/event.ts'
import { useSession } from '../../session/useSession.ts'
import { useClient } from '../../useClient.ts'
import { useStage } from '../../useStage.ts'

/** Lets steps start together, by one press of whatever starts one of them. */
export function useRace(steps: string[]): { canStart: ComputedRef<boolean>, start: () => void } {
  const { keys, bounce } = useClient()
  const { interactive, printing } = useStage()
  const session = useSession(printing)
  const onSlide = useIsSlideActive()
  const canStart = computed(() => interactive.value && ['open', 'local'].includes(session.value.status.value)
    && !steps.some(id => isUnderWay(session.value.runs.get(id)?.state.value.phase ?? 'idle')))

  /** In every window the same press arrives; the service takes the first. */
  function start(): void {
    for (const id of canStart.value ? steps : []) {
      if (bounce.take(id))
        session.value.start(id, { after: session.value.runs.get(id)?.info.value.n ?? 0 })
    }
  }

  onScopeDispose(keys.addRace({ steps, isCurrent: () => onSlide.value && interactive.value, start }))
  return { canStart, start }
}
