import type { ComputedRef } from 'vue'
import { useNav, useSlideContext } from '@slidev/client'
import { computed } from 'vue'
import { isServed } from './deckInfo.ts'
import { useClient } from './useClient.ts'

/** How a part of a slide is shown. */
export interface Stage {
  /** Whether this copy of the slide is the one that is looked at, and none of the overview or of what comes next. */
  main: ComputedRef<boolean>
  /** Whether steps may be run here. */
  interactive: ComputedRef<boolean>
  /** Whether the slide becomes paper. */
  printing: boolean
  /** Whether it shows what a service runs, and not what was recorded. */
  live: boolean
}

/** How the slide that a component stands on is shown. */
export function useStage(): Stage {
  const { flavour } = useClient().deck
  const { $renderContext } = useSlideContext()
  const printing = useNav().isPrintMode.value
  const main = computed(() => ['slide', 'presenter'].includes($renderContext.value))
  return {
    main,
    interactive: computed(() => main.value && !printing && flavour !== 'audience'),
    printing,
    live: !printing && isServed(flavour),
  }
}
