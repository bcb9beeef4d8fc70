import { defineShikiSetup } from '@slidev/types'

/**
 * On a busy machine Shiki gives up on a line after half a second, and leaves it without colours: paper would differ
 * from one export to the next.
 */
export default defineShikiSetup(() => ({ tokenizeTimeLimit: 0 }))
