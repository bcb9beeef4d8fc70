import type { ShallowRef } from 'vue'
import type { Again } from './again.ts'
import { shallowRef } from 'vue'

const current = shallowRef<Again>()

/** What this window shows again now, if anything. */
export function useAgain(): { current: ShallowRef<Again | undefined>, show: (again: Again) => void, end: () => void } {
  const end = (): void => {
    current.value?.end()
    current.value = undefined
  }
  return {
    current,
    end,
    show(again) {
      end()
      current.value = again
    },
  }
}
