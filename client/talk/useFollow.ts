import type { ComputedRef, ShallowRef } from 'vue'
import { useNav } from '@slidev/client'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { useSession } from '../session/useSession.ts'

/** How a viewer's window stands to the talk. */
export interface Follow {
  /** Whether it goes where the talk goes; it does so until its reader turns a page. */
  following: ShallowRef<boolean>
  /** Where the talk is; undefined while nobody has told. */
  stage: ComputedRef<{ slide: number, clicks: number } | undefined>
  status: ComputedRef<'connecting' | 'open' | 'lost' | 'local'>
  /** Goes to where the talk is, and on with it. */
  join: () => void
}

/** Takes this window through the slides with the talk. */
export function useFollow(): Follow {
  const { router, currentSlideNo } = useNav()
  const session = useSession(false)
  const following = shallowRef(true)
  const stage = computed(() => session.value.pace.value)
  const clicksOf = (clicks: unknown): number => Number(clicks ?? 0) || 0
  /** Where this window was last taken to. */
  let target: { slide: number, clicks: number } | undefined

  function go(): void {
    if (!stage.value)
      return
    const { slide, clicks } = target = stage.value
    void router.replace({ path: `/${slide}`, query: clicks ? { clicks: String(clicks) } : {} })
  }

  watch(stage, () => following.value && go(), { immediate: true })
  onScopeDispose(router.afterEach((to, _, failure) => {
    const isAt = (place: typeof target): boolean =>
      currentSlideNo.value === place?.slide && clicksOf(to.query.clicks) === place.clicks
    // A navigation that another one overtook is a failed one.
    if (failure || !target)
      return
    if (isAt(stage.value))
      following.value = true
    else if (!isAt(target))
      following.value = false
  }))

  return {
    following,
    stage,
    status: computed(() => session.value.status.value),
    join() {
      following.value = true
      go()
    },
  }
}
