import type { ClicksContext, SlideRoute } from '@slidev/types'
import type { ComputedRef, Ref } from 'vue'

// Slidev ships its client as sources for its own build; what we use of it stands here instead,
// so that our strict check does not check Slidev.
interface Place { path: string, query: Record<string, unknown> }
interface Router {
  replace: (to: Place) => Promise<unknown>
  afterEach: (guard: (to: Place, from: Place, failure?: unknown) => void) => () => void
}
export function useNav(): {
  router: Router
  clicks: ComputedRef<number>
  clicksContext: ComputedRef<ClicksContext>
  isPrintMode: Ref<boolean>
  isPresenter: Ref<boolean>
  total: ComputedRef<number>
  currentSlideNo: ComputedRef<number>
  slides: ComputedRef<SlideRoute[]>
}
export function useSlideContext(): {
  $clicksContext: ClicksContext
  $renderContext: Ref<'none' | 'slide' | 'overview' | 'presenter' | 'previewNext'>
  $page: Ref<number>
  $scale: Ref<number>
  /** Of the slide; and what the deck's configuration is. */
  $frontmatter: { codeCopy?: boolean }
  $slidev: { configs: { codeCopy: boolean } }
}
export function useIsSlideActive(): ComputedRef<boolean>
export function onSlideEnter(callback: (to: number, from?: number) => unknown): void
/**
 * Keeps a state of Slidev's in step in another way; `init` is called for each state, and gives what is called when it
 * changes.
 */
export function addSyncMethod(sync: {
  init: (channel: string, onUpdate: (patch: Record<string, unknown>) => void, state: object) => () => void
}): void
/** Ends the sync between windows of one browser. */
export function disableBuiltinSync(): void
