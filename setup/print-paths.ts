/** A request of the page that is exported, answered when the page can be printed. */
export const HOLD = '/__kamishibai/printing'
/**
 * Says that the page can be printed; its query has the slides that do not fit, and how many px of theirs lie below the
 * edge.
 */
export const RELEASE = '/__kamishibai/printed'
